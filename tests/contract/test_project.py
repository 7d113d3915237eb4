"""What the project promises about itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from studio.settings import PROJECT_ROOT


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=PROJECT_ROOT, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [PROJECT_ROOT / name for name in done.stdout.splitlines()]


def pins() -> dict[str, str]:
    lines = (PROJECT_ROOT / "requirements.txt").read_text().splitlines()
    found = [re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", line) for line in lines if line and not line.startswith("#")]
    assert all(found), "a requirement is not pinned"
    return {match[1].lower(): match[2] for match in found if match}


def front_matter() -> dict[str, object]:
    text = (PROJECT_ROOT / "README.md").read_text()
    assert text.startswith("---\n")
    return yaml.safe_load(text.split("---\n")[1])


def test_importing_the_app_loads_no_torch() -> None:
    code = (
        "import app, studio.ui.app, sys; print(sorted(m for m in ('torch', 'transformers', 'peft', 'trl') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_the_space_runs_the_gradio_that_is_pinned() -> None:
    matter = front_matter()
    assert matter["sdk"] == "gradio"
    assert matter["sdk_version"] == pins()["gradio"]
    assert matter["app_file"] == "app.py" and (PROJECT_ROOT / "app.py").exists()
    assert str(matter["python_version"]).startswith("3.11")
    assert matter["hf_oauth"] is True


def test_the_readme_opens_with_the_two_commands() -> None:
    body = (PROJECT_ROOT / "README.md").read_text().split("---\n", 2)[2]
    assert body.index("make demo") < 1200 and body.index("make test") < 1200


def test_no_file_names_a_home_folder_or_a_package_registry() -> None:
    forbidden = re.compile(r"/(?:home|root|Users)/\w+/|files\.pythonhosted|pypi\.org|registry\.npmjs", re.IGNORECASE)
    text_files = [
        path for path in tracked_files() if path.suffix in {".py", ".md", ".toml", ".json", ".jsonl", ".txt", ".sh", ""}
    ]
    found = [str(path) for path in text_files if "tests" not in path.parts and forbidden.search(path.read_text())]
    assert found == []


def test_no_weights_and_no_pickles_are_committed() -> None:
    assert [path.name for path in tracked_files() if path.suffix in {".bin", ".pt", ".pkl", ".pickle", ".gguf"}] == []


def test_nobody_turns_on_remote_code() -> None:
    source = "".join(path.read_text() for path in (PROJECT_ROOT / "studio").rglob("*.py"))
    assert "trust_remote_code=True" not in source and "gr.load(" not in source and "import pickle" not in source
