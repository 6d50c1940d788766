"""Compile a model, run it, and give its numbers their names back."""
