"""Over which processes a job is spread, and how `accelerate launch` is told so.

A spec may say it: `processes` in all, `hosts` that share them evenly, and the `strategy` by which they share the work. One that says
nothing is done by one process, and nothing here is used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Strategy = Literal["ddp", "fsdp", "deepspeed"]

HERE = "localhost"
"""The list of hosts of a job that stays on this machine."""

CONFIG_FILE = "accelerate.yaml"
"""Accelerate's configuration, in the folder of a run of several processes."""

PORT = 29500
"""Where the first host listens for the others."""

_RANK_MODULE = "studio.jobs.rank"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_MOST_HOSTS = 64

_STRATEGIES: Mapping[str, Mapping[str, Any]] = {
    # Accelerate's name for processes that torchrun starts; where there is no GPU they are of the CPU and talk through gloo.
    "ddp": {"distributed_type": "MULTI_GPU"},
    # FSDP 2 shards each parameter by itself: an adapter in fp32 over a base in bf16 would not fit into FSDP 1's flat ones.
    "fsdp": {
        "distributed_type": "FSDP",
        "fsdp_config": {
            "fsdp_version": 2,
            "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "fsdp_reshard_after_forward": True,
            "fsdp_state_dict_type": "FULL_STATE_DICT",
            "fsdp_cpu_ram_efficient_loading": False,
            "fsdp_offload_params": False,
            "fsdp_activation_checkpointing": False,
        },
    },
    # ZeRO 2 shards the optimizer and the gradients; ZeRO 3 would shard the base too, which 4 bit weights don't allow.
    "deepspeed": {
        "distributed_type": "DEEPSPEED",
        "deepspeed_config": {
            "zero_stage": 2,
            "zero3_init_flag": False,
            "offload_optimizer_device": "none",
            "offload_param_device": "none",
            "deepspeed_multinode_launcher": "standard",
        },
    },
}


@dataclass(frozen=True)
class Launch:
    """So many processes in all, evenly over the hosts, of which the first is this machine."""

    processes: int = 1
    hosts: tuple[str, ...] = (HERE,)
    strategy: str = "ddp"

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Launch:
        """What a job's spec says of it."""
        hosts = tuple(str(spec.get("hosts", HERE)).split(","))
        return cls(int(spec.get("processes", 1)), hosts, str(spec.get("strategy", "ddp")))

    @property
    def alone(self) -> bool:
        """Whether one process does it all."""
        return self.processes == 1

    @property
    def on_each_host(self) -> int:
        """Processes of one host."""
        return self.processes // len(self.hosts)

    def name_of(self, rank: int) -> str:
        """`Rank 1 of 2`, with its host where there are several."""
        where = f", on {self.hosts[rank // self.on_each_host]}," if len(self.hosts) > 1 else ""
        return f"Rank {rank} of {self.processes}{where}"

    def config(self) -> dict[str, Any]:
        """Accelerate's configuration. The number format is left to the job's own settings; on one host a free port is taken."""
        several = len(self.hosts) > 1
        return {
            "compute_environment": "LOCAL_MACHINE",
            **_STRATEGIES[self.strategy],
            "num_processes": self.processes,
            "num_machines": len(self.hosts),
            "machine_rank": 0,
            "main_process_ip": self.hosts[0] if several else None,
            "main_process_port": PORT if several else 0,
            "rdzv_backend": "static",
            "mixed_precision": "no",
            "main_training_function": "main",
        }

    def config_yaml(self) -> str:
        """The same as the file that `accelerate launch --config_file` reads."""
        return str(yaml.safe_dump({name: value for name, value in self.config().items() if value is not None}, sort_keys=False))

    def arguments(self, folder: Path | str, *, machine: int = 0) -> list[str]:
        """What follows `accelerate launch` on one of the hosts, for the run in `folder`. A host's cores are shared out among its processes."""
        threads = max(1, (os.cpu_count() or 1) // self.on_each_host)
        return [
            *("--config_file", f"{folder}/{CONFIG_FILE}"),
            *("--machine_rank", str(machine)),
            *(["--same_network"] if len(self.hosts) > 1 else []),  # accelerate reads it here only
            *("--num_cpu_threads_per_process", str(threads)),
            *("-m", _RANK_MODULE, str(folder)),
        ]


def checked_hosts(value: str) -> str:
    """A list of hosts without blanks.

    Raises:
        ValueError: a name is none, or stands there twice; the message says what is expected.
    """
    names = [name.strip() for name in value.split(",")]
    if len(names) > _MOST_HOSTS or not all(map(_HOST.fullmatch, names)):
        raise ValueError(
            f"{HERE}, or up to {_MOST_HOSTS} names or IPv4 addresses of hosts with commas between them, this machine first"
        )
    if len(set(names)) < len(names):
        raise ValueError("a list that names every host once; processes says how many each of them has")
    return ",".join(names)
