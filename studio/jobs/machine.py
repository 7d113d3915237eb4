"""The processes of a run on one machine: `python -m studio.jobs.machine RUN_DIR NUMBER`, NUMBER being the machine's place among the hosts.

It is `accelerate launch` itself, called instead of typed, so that it can be asked how each process ended.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from pathlib import Path

import psutil

from studio.jobs.memory import MemoryWatch
from studio.jobs.orphan import end_when_orphaned
from studio.jobs.outcomes import Ranks
from studio.jobs.processes import Launch
from studio.workspace.runs import Run

_INTERFACE_VARIABLES = ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME")


def main() -> None:
    """Start this machine's processes, wait for them, and keep how those ended that did not end well."""
    from accelerate.commands.launch import launch_command, launch_command_parser
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    end_when_orphaned()
    run, machine = Run(Path(sys.argv[1])), int(sys.argv[2])
    launch = Launch.of(run.spec)
    _talk_through(launch.hosts[machine])
    watch = MemoryWatch.start()
    try:
        launch_command(launch_command_parser().parse_args(launch.arguments(run.folder, machine=machine)))
    except ChildFailedError as failed:
        largest = resource.getrusage(resource.RUSAGE_CHILDREN)  # of those that were waited for, by their memory
        Ranks(run).write_exits(machine, {rank: watch.exit(one.exitcode, largest) for rank, one in failed.failures.items()})
        sys.exit(1)


def interface_of(host: str) -> str | None:
    """The network interface of this machine that has the host's address; None where none has."""
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except OSError:
        return None
    for name, given in psutil.net_if_addrs().items():
        if any(one.address in addresses for one in given):
            return name
    return None


def _talk_through(host: str) -> None:
    """Let the processes use that interface: left alone they take the one of the machine's own name, which others may not reach."""
    if interface := interface_of(host):
        for variable in _INTERFACE_VARIABLES:
            os.environ.setdefault(variable, interface)


if __name__ == "__main__":
    main()
