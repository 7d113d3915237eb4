"""Which texts say the same: nearly the same words, the same need, the same statement or its opposite."""
