"""What counts as a change of 1 of each state, where a curve begins at a special point."""

from __future__ import annotations

import numpy as np

from rates_continuation.native.boundary import SLIGHT
from rates_continuation.native.branching import BranchEquations
from rates_continuation.native.crossings import Crossing
from rates_continuation.native.fold import FoldEquations
from rates_continuation.native.hopf import HopfEquations
from rates_continuation.native.loci import LocusCurve
from rates_continuation.native.neutral import NeutralEquations
from rates_continuation.special import SpecialPoint

DUST = 1e-9  # of its scale on a branch: a state that is smaller is 0 but for rounding


def scales_at(point: SpecialPoint, x: np.ndarray) -> np.ndarray:
    """Return the scale of each state: that of the branch or curve of the point, or for one from a file how large it is.

    Args:
        point: an equilibrium.
        x: its states.
    """
    known = _known(point, x)
    return _sizes(x) if known is None else known


def sizes_at(point: SpecialPoint, x: np.ndarray) -> np.ndarray:
    """Return how large each state is; where all are 0 the scales of the branch of the point.

    Args:
        point: an equilibrium.
        x: its states.
    """
    known = _known(point, x)
    return _sizes(x) if known is None or np.any(np.abs(x) > DUST * known) else known


def _known(point: SpecialPoint, x: np.ndarray) -> np.ndarray | None:
    equations = point.found.equations if isinstance(point.found, Crossing | LocusCurve) else None
    if isinstance(equations, FoldEquations | HopfEquations | BranchEquations | NeutralEquations):
        same = len(equations.scale) == len(x) + len(point.parameters)  # not so of states at other nodes of delays
        return np.asarray(equations.scale[: len(x)]) if same else None
    return None


def _sizes(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(np.abs(x), SLIGHT * float(np.max(np.abs(x))) or 1.0))
