"""What happens in a step: `rows` and `phrasings` make what is learned, `sampler` and `rounds` put it in order, and `trainer` is TRL's SFTTrainer without
the work that teaches nothing (`frozen`, `fused`, `beginnings`, `adapters`).
"""
