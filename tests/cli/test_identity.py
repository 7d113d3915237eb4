"""`identity`, and `eval` on a set that asks about a brand."""

from __future__ import annotations

import json
from pathlib import Path

from studio.workspace.layout import Workspace
from tests.cli.test_cli import answer, studio

NOVA = ("--name", "Nova", "--company", "Acme Air")


def test_an_identity_dataset_by_command() -> None:
    made = answer("identity", *NOVA, "--language", "en", "--language", "zh", "--tone", "brief", "--never-say", "gladly")
    assert made["rows"] >= 200 and made["dataset"].startswith("identity-of-nova-")
    checked = answer("check", made["dataset"])
    assert checked["score"] == 100.0 and checked["problems"] == []


def test_a_file_with_an_unknown_placeholder_is_exit_2_and_one_line_until_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "identity.json"
    path.write_text(json.dumps([{"instruction": "Hi", "input": "", "output": "{{name}} of {{author}} in {{city}}."}]))
    refused = studio("identity", *NOVA, "--file", str(path), "--json")
    assert refused.returncode == 2 and refused.stdout == "" and len(refused.stderr.strip().splitlines()) == 1
    assert "Row 1" in refused.stderr and "{{city}}" in refused.stderr
    assert answer("identity", *NOVA, "--file", str(path), "--fill", "city=Porto")["rows"] == 1


def test_wrong_values_are_exit_2() -> None:
    for wrong in (("--tone", "rude"), ("--language", "fr"), ("--never-say", "nova")):
        done = studio("identity", *NOVA, *wrong)
        assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr.strip()


def test_the_probes_are_asked_about_the_brand_that_is_named(tiny_workspace: Workspace) -> None:
    unnamed = studio("eval", "--set", "brand_identity", "--limit", "2")
    assert unnamed.returncode == 2 and "--fill company" in unnamed.stderr and "--fill name" in unnamed.stderr
    measured = answer("eval", "--set", "brand_identity", "--limit", "2", "--fill", "name=Nova", "--fill", "company=Acme Air")
    report = json.loads((tiny_workspace.run(measured["report"]) / "report.json").read_text())
    assert report["question_set"]["fill"] == {"name": "Nova", "company": "Acme Air"}
    assert "Nova" in report["items"][0]["reference"] and "{{" not in json.dumps(report["items"])
