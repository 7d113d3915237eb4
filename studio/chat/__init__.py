"""Conversations with a model: messages, one template renderer for everything, the engines, and the model catalog."""
