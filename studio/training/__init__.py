"""Fine-tuning: what is asked (spec, presets), and the job that does it with TRL's SFTTrainer."""
