"""The sentences about training with several processes."""

from __future__ import annotations

ALONE = "One process trains. Two or more train together: each has the batch that is set above for itself, so that a step sees as many more rows."
SPREAD = "{processes} processes train together, {share}. Every step sees {rows} rows: {batch} a forward pass × {accumulation} accumulated × {processes} processes."
ON_THIS_MACHINE = "all on this machine"
ON_HOSTS = "{each} on each of {hosts} hosts; this machine is {first}, and the others are reached with the remote shell"
COMMAND = "What the run starts on this machine; on the others with their own machine_rank"
CONFIG = "Accelerate's configuration, which is written into the run folder as {file}"
RUN_FOLDER = "RUN_FOLDER"
"""What stands for the folder of a run that does not exist yet."""
