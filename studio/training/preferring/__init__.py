"""Training on judged answers, as a second stage: what is asked, what it starts from, and what it learns from. The job is `studio.training.preference`."""
