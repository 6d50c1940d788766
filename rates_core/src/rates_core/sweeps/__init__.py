"""Runs of one model at many points."""
