"""Continuation by the calls that users of PyCoBi know."""
