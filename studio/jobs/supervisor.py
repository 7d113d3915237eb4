"""Several processes do one job, and one speaks for it: the worker, whose process is the run's.

    worker                                       state.json, this module
      one a host: studio.jobs.machine            accelerate launch
        one a rank: studio.jobs.rank             the job

On the first host it is started here, on the others through the remote shell, which is called as `ssh` is: with a host and a command. All hosts
must see project, Python and workspace at the same paths. When one process ends badly, the run does: the others can't go on without it.
"""

from __future__ import annotations

import math
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from studio.jobs.outcomes import Ranks
from studio.jobs.processes import CONFIG_FILE, Launch
from studio.jobs.progress import Stopped
from studio.settings import PROJECT_ROOT
from studio.workspace.failures import Cause, Ended, Failure, failure_of_exit
from studio.workspace.files import tail_text
from studio.workspace.runs import ANOTHER_ATTEMPT, Run, RunState

STARTING = "starting the processes"
"""The phase before the job's own."""

_Machine = subprocess.Popen[bytes]

_LOOK_SECONDS = 0.2
_NOTICE_SECONDS = 15  # in which the others notice by themselves that one is gone
_END_SECONDS = 45  # in which a machine ends its processes; torch gives each of them 30
_TAIL_BYTES = 4_000


def supervise(run: Run, launch: Launch, *, remote_shell: str) -> dict[str, Any]:
    """Do the run's job with several processes, and return what rank 0 returned.

    Raises:
        Stopped: somebody asked to stop.
        Ended: a process ended badly, or could not be started.
    """
    ranks = Ranks(run)
    ranks.begin()
    (run.folder / CONFIG_FILE).write_text(launch.config_yaml(), encoding="utf-8")
    run.append_event("phase", name=STARTING)
    machines: list[_Machine] = []
    try:
        machines.extend(_start(run, launch, number, remote_shell) for number in range(len(launch.hosts)))
        _wait(machines)
    finally:
        for machine in machines:
            _end(machine)
    outcomes = [outcome for rank in range(launch.processes) if (outcome := ranks.outcome(rank)) and not outcome.failure]
    if len(outcomes) < launch.processes:
        raise Ended(_why(run, launch, machines))
    if outcomes[0].state is RunState.STOPPED:
        raise Stopped(keep=outcomes[0].keep, sentence=outcomes[0].sentence)
    return dict(outcomes[0].result)


def _start(run: Run, launch: Launch, number: int, remote_shell: str) -> _Machine:
    command = [sys.executable, "-m", "studio.jobs.machine", str(run.folder), str(number)]
    if number == 0:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=PROJECT_ROOT)
    there = f"cd {shlex.quote(str(PROJECT_ROOT))} && exec {shlex.join(command)}"
    try:
        with Ranks(run).log(number).open("wb") as log:
            return subprocess.Popen(
                [*shlex.split(remote_shell), launch.hosts[number], there],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
    except OSError as error:
        raise Ended(_not_started(launch.hosts[number], f"{remote_shell}: {error.strerror}")) from error


def _wait(machines: Sequence[_Machine]) -> None:
    """Until all have ended, or some time after one has failed."""
    deadline = math.inf
    while None in (ended := [machine.poll() for machine in machines]) and time.monotonic() < deadline:
        if deadline == math.inf and any(ended):
            deadline = time.monotonic() + _NOTICE_SECONDS
        time.sleep(_LOOK_SECONDS)


def _end(machine: _Machine) -> None:
    if machine.poll() is not None:
        return
    machine.terminate()
    try:
        machine.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        machine.kill()
        machine.wait()


def _why(run: Run, launch: Launch, machines: Sequence[_Machine]) -> Failure:
    """The failure that the others followed from."""
    for rank, failure in _failures(run, launch):
        return failure.of(launch.name_of(rank))
    codes = [machine.returncode for machine in machines]
    by_itself = (number for number, code in enumerate(codes) if code and -code not in {signal.SIGTERM, signal.SIGKILL})
    failed = next(by_itself, next((number for number, code in enumerate(codes) if code), 0))
    log = _output(run) if failed == 0 else tail_text(Ranks(run).log(failed), max_bytes=_TAIL_BYTES)
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return _not_started(launch.hosts[failed], lines[-1] if lines else f"exit code {machines[failed].returncode}")


def _failures(run: Run, launch: Launch) -> Iterator[tuple[int, Failure]]:
    """The ranks that failed, those first that are most likely to have failed by themselves.

    Who was killed says nothing, and who raised says why. Then come those that were told to end, which is what happens to the rest of a
    machine's processes when one has failed; and last those that only lost their connection to one that was gone.
    """
    ranks = Ranks(run)
    told = {rank: outcome for rank in range(launch.processes) if (outcome := ranks.outcome(rank)) and outcome.failure}
    seen = {rank: ended for number in range(len(launch.hosts)) for rank, ended in ranks.exits(number).items()}
    by_themselves = {rank: ended for rank, ended in seen.items() if rank not in told}
    in_time = sorted(told, key=lambda rank: told[rank].moment)
    said = [(rank, failure) for rank in in_time if (failure := told[rank].failure)]

    def exits(*, told_to_end: bool) -> Iterator[tuple[int, Failure]]:
        for rank, ended in by_themselves.items():
            if (ended.code == -signal.SIGTERM) is told_to_end:
                yield rank, failure_of_exit(ended, log=_output(run), free=shutil.disk_usage(run.folder).free)

    yield from exits(told_to_end=False)
    yield from (one for one in said if one[1].cause is not Cause.CONNECTION_LOST)
    yield from exits(told_to_end=True)
    yield from said


def _output(run: Run) -> str:
    """The end of this attempt's log."""
    return run.log_tail().rpartition(ANOTHER_ATTEMPT)[2]


def _not_started(host: str, why: str) -> Failure:
    return Failure(
        Cause.SAID,
        f"The processes on {host} could not be started: {why.rstrip('.')}. "
        "Every host must be reachable without a password, with the project, its Python and the workspace at the same paths.",
    )
