"""How `accelerate launch` is told over which processes a job is spread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from studio.jobs.machine import interface_of
from studio.jobs.processes import CONFIG_FILE, Launch, checked_hosts


def accelerates(launch: Launch, folder: Path, *, machine: int = 0) -> Any:
    """What accelerate itself makes of the configuration and the arguments."""
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser

    (folder / CONFIG_FILE).write_text(launch.config_yaml())
    asked = launch_command_parser().parse_args(launch.arguments(folder, machine=machine))
    return _validate_launch_command(asked)[0]


def test_a_spec_that_says_nothing_is_done_by_one_process() -> None:
    assert Launch.of({"job": "evaluation.evaluate"}).alone


def test_processes_are_shared_evenly_by_the_hosts() -> None:
    launch = Launch.of({"processes": 8, "hosts": "one,two", "strategy": "fsdp"})
    assert (launch.on_each_host, launch.strategy, launch.alone) == (4, "fsdp", False)
    assert launch.name_of(3) == "Rank 3 of 8, on one," and launch.name_of(4) == "Rank 4 of 8, on two,"
    assert Launch(2).name_of(1) == "Rank 1 of 2"


def test_accelerate_starts_the_processes_of_one_machine_on_a_free_port(tmp_path: Path) -> None:
    asked = accelerates(Launch(2), tmp_path)
    assert asked.multi_gpu and not asked.use_fsdp and not asked.use_deepspeed
    assert (asked.num_processes, asked.num_machines, asked.main_process_port) == (2, 1, 0)
    assert (asked.mixed_precision, asked.training_script, asked.training_script_args) == (
        "no",
        "studio.jobs.rank",
        [str(tmp_path)],
    )


def test_accelerate_knows_each_machine_by_its_place_among_the_hosts(tmp_path: Path) -> None:
    asked = accelerates(Launch(4, ("10.0.0.1", "10.0.0.2")), tmp_path, machine=1)
    assert (asked.num_processes, asked.num_machines, asked.machine_rank) == (4, 2, 1)
    assert (asked.main_process_ip, asked.main_process_port, asked.same_network) == ("10.0.0.1", 29500, True)


def test_accelerate_takes_the_strategy_from_the_configuration(tmp_path: Path) -> None:
    fsdp = accelerates(Launch(2, strategy="fsdp"), tmp_path)
    assert fsdp.use_fsdp and not fsdp.multi_gpu
    assert (fsdp.fsdp_version, fsdp.fsdp_state_dict_type) == (2, "FULL_STATE_DICT")
    deepspeed = accelerates(Launch(2, strategy="deepspeed"), tmp_path)
    assert deepspeed.use_deepspeed and deepspeed.zero_stage == 2 and deepspeed.deepspeed_multinode_launcher == "standard"


def test_the_configuration_is_plain_yaml() -> None:
    written = yaml.safe_load(Launch(2, ("a", "b")).config_yaml())
    assert written["num_machines"] == 2 and written["main_process_ip"] == "a"
    assert "main_process_ip" not in yaml.safe_load(Launch(2).config_yaml())


@pytest.mark.parametrize("hosts", ["localhost", "10.0.0.1,10.0.0.2", "gpu-1.example.org, gpu-2.example.org"])
def test_names_and_addresses_are_hosts(hosts: str) -> None:
    assert checked_hosts(hosts) == hosts.replace(" ", "")


@pytest.mark.parametrize(
    "hosts", ["", "a,,b", "-oProxyCommand=evil", "a b", "a;b", "$(evil)", "a" * 300, ",".join(f"h{n}" for n in range(65))]
)
def test_what_is_no_host_never_reaches_a_shell(hosts: str) -> None:
    with pytest.raises(ValueError, match="names or IPv4 addresses of hosts"):
        checked_hosts(hosts)


def test_a_host_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="names every host once"):
        checked_hosts("a,b,a")


def test_the_interface_is_the_one_with_the_hosts_address() -> None:
    assert interface_of("127.0.0.1") is not None
    assert interface_of("203.0.113.7") is None, "an address of no machine here"
