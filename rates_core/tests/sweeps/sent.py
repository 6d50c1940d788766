"""Functions and work that processes can import, as they can what stands in a module of the user's."""

from __future__ import annotations

from rates_core import SimulationError


def powers(point):
    return {"square": point["a"] ** 2, "cube": point["a"] ** 3}


def below_three(point):
    if point["a"] >= 3.0:
        raise SimulationError(f"{point['a']:g} is too much.")
    return point["a"]


class Counted:
    """Work that is made anew where it is unpickled, once for each worker."""

    def __init__(self, base):
        self.base = base
        self.made = [base]  # a compiled model, say

    def __reduce__(self):
        return Counted, (self.base,)

    def __call__(self, task):
        self.made.append(task)
        return self.base + task


class Broken(Counted):
    """Work that cannot be made elsewhere."""

    def __reduce__(self):
        return refuse, ()


def refuse():
    raise SimulationError("There is no compiler here.")
