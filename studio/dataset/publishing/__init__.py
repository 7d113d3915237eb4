"""From a dataset back into the world: a file in the words of other tools, its card, and both on the Hub."""
