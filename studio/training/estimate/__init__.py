"""What a training will need, before it starts and while it runs: steps, time, memory, and whether that fits.

    architecture  the sizes of a model               workload   the rows, and the batches they make     trainable    a dataset's rows, read once
    memory        the parts of the peak              compute    the operations                          machine      where, and how fast it is taken to be
    calibration   what earlier runs measured here    estimator  all of it together                      advice       what to change, and what if
    prediction    what a run foresaw, in its folder  outlook    foresees within the worker, and learns from it

All but `outlook` need no torch.
"""
