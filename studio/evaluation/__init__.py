"""How often the models are right: the evaluation job, its statistics, and the comparison of two models."""
