"""Calls of the public interface with everything that could stand in the place of an argument."""
