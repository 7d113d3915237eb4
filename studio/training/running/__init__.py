"""What goes on around the steps: hardware and processes, pace and pauses, events and checkpoints, and where else the numbers go."""
