"""Base and tuned model side by side: battles, the votes on them, the win rate, and votes as preference data.

This package keeps and counts what people chose. It asks no model for an answer: a page does, and hands both answers in.
"""
