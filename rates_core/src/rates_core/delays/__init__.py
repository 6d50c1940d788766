"""Delays: what strategies promise, and how a System is lowered before it is printed."""
