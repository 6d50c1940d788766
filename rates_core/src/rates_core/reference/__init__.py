"""The slow, certain interpreter: what a model means, computed unit by unit and edge by edge in plain Python.

It shares nothing with the pipeline but the templates and the expression trees, and is the oracle of the conformance
kit. Nothing in it is fast.
"""

from __future__ import annotations

from rates_core.reference.interpreter import Interpreter
from rates_core.reference.tableaus import EULER, HEUN, RK4, ExplicitMethod, Tableau
from rates_core.reference.trajectory import Trajectory

__all__ = ["EULER", "HEUN", "RK4", "ExplicitMethod", "Interpreter", "Tableau", "Trajectory"]
