"""Firstline Studio: tune a small open model on your support answers, and know how often it is right."""

__version__ = "0.1.0"
