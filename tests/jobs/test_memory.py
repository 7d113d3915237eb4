"""How much memory there is, in the words of both versions of Linux's control groups."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from studio.jobs.memory import MemoryGroups, MemoryWatch, memory_here
from studio.settings import PROJECT_ROOT

MEGABYTE = 1 << 20


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)


@pytest.fixture
def version_2(tmp_path: Path) -> MemoryGroups:
    """A container of 512 MiB within one of 1 GiB."""
    mount = tmp_path / "cgroup"
    write(
        mount / "pod", memory__max=f"{1024 * MEGABYTE}\n", memory__current=f"{600 * MEGABYTE}\n", memory__stat="inactive_file 0\n"
    )
    write(
        mount / "pod" / "studio",
        memory__max=f"{512 * MEGABYTE}\n",
        memory__current=f"{300 * MEGABYTE}\n",
        memory__stat=f"anon 1\ninactive_file {100 * MEGABYTE}\n",
        memory__events="low 0\noom 3\noom_kill 2\n",
    )
    write(tmp_path, own="0::/pod/studio\n", vmstat="nr_free 1\noom_kill 5\n")
    return MemoryGroups(mount, tmp_path / "own", tmp_path / "vmstat")


@pytest.fixture
def version_1(tmp_path: Path) -> MemoryGroups:
    mount = tmp_path / "cgroup"
    write(
        mount / "memory" / "docker" / "abc",
        memory__limit_in_bytes=f"{256 * MEGABYTE}\n",
        memory__usage_in_bytes=f"{200 * MEGABYTE}\n",
        memory__stat=f"cache 1\ntotal_inactive_file {20 * MEGABYTE}\n",
        memory__oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    )
    write(mount / "memory", memory__limit_in_bytes=f"{2**63 - 4096}\n", memory__usage_in_bytes="1\n")
    write(tmp_path, own="9:cpuset:/docker/abc\n4:memory:/docker/abc\n0::/\n", vmstat="oom_kill 0\n")
    return MemoryGroups(mount, tmp_path / "own", tmp_path / "vmstat")


def test_the_lowest_limit_counts_and_file_contents_are_given_up(version_2: MemoryGroups) -> None:
    assert version_2.limit() == 512 * MEGABYTE
    assert version_2.room() == 312 * MEGABYTE
    here = memory_here(version_2)
    assert here.total == 512 * MEGABYTE and here.available <= 312 * MEGABYTE


def test_version_1_is_read_and_its_largest_number_is_no_limit(version_1: MemoryGroups) -> None:
    assert version_1.limit() == 256 * MEGABYTE
    assert version_1.room() == 76 * MEGABYTE
    assert version_1.oom_kills() == 1


def test_without_groups_the_machine_itself_counts(tmp_path: Path) -> None:
    nowhere = MemoryGroups(tmp_path, tmp_path / "own", tmp_path / "vmstat")
    assert nowhere.limit() is None and nowhere.room() is None and nowhere.oom_kills() == 0
    assert memory_here(nowhere).total == psutil.virtual_memory().total


def test_a_container_that_sees_only_its_own_folder_is_found_at_the_top(tmp_path: Path) -> None:
    mount = tmp_path / "cgroup"
    write(mount, memory__max=f"{128 * MEGABYTE}\n", memory__current="0\n")
    write(tmp_path, own="0::/kubepods/pod1/container\n")
    assert MemoryGroups(mount, tmp_path / "own", tmp_path / "vmstat").limit() == 128 * MEGABYTE


def test_a_watch_counts_what_was_killed_since(version_2: MemoryGroups) -> None:
    watch = MemoryWatch.start(version_2)
    assert watch.killed == 0
    (version_2.mount / "pod" / "studio" / "memory.events").write_text("oom_kill 3\n")
    assert watch.killed == 1


def test_this_machine_has_memory() -> None:
    here = memory_here()
    assert 0 < here.available <= here.total


def test_a_process_is_not_said_to_have_had_the_memory_of_whoever_started_it() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", _A_LARGE_STARTER], stdout=subprocess.PIPE, text=True, check=True, cwd=PROJECT_ROOT
    )
    small, small_by_itself, large = json.loads(seen.stdout)
    assert small is None, "no more than its starter had"
    assert small_by_itself < 150 << 20
    assert 500 << 20 < large < 650 << 20


_A_LARGE_STARTER = """
import json, os, subprocess, sys
from studio.jobs.memory import MemoryWatch

had = bytearray(b"x") * (300 << 20)
del had

def peak(script):
    watch = MemoryWatch.start()
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    return watch.exit(os.waitstatus_to_exitcode(status), usage).peak_memory, said

small, said = peak("from studio.jobs.memory import own_peak; print(own_peak())")
large, _ = peak('bytearray(b"x") * (500 << 20)')
print(json.dumps([small, int(said), large]))
"""
