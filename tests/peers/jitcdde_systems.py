"""Delay equations as jitcdde solves them: ten systems, recorded as JSON beside this script.

jitcdde (Ansmann, Chaos 28, 043116, 2018) integrates by Bogacki and Shampine's pair of order 3 with cubic Hermite
interpolation (Shampine and Thompson, Appl. Numer. Math. 37, 441, 2001). Its tolerances are low; by how much a run at
ten times the tolerance differs is recorded as `error`. The script needs jitcdde 1.8 and a C compiler, and nothing of
rates; run it to write the record again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jitcdde import jitcdde, t, y
from symengine import cos, exp, sin, tanh

RTOL, ATOL = 1e-10, 1e-12


@dataclass(frozen=True)
class System:
    """A system of delay equations, constant before the start.

    Attributes:
        slopes: one expression per state.
        start: the states before and at the start.
        delays: all that occur.
        end: of the run.
    """

    slopes: Sequence[Any]
    start: Sequence[float]
    delays: Sequence[float]
    end: float


def late(number: int, delay: float) -> Any:
    return y(number, t - delay)


def hill(x: Any) -> Any:
    return x / (1 + x**10)


def rate(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def mackey_glass() -> System:
    """Mackey and Glass, Science 197, 287 (1977)."""
    return System([0.2 * hill(late(0, 17.0)) - 0.1 * y(0)], [1.2], [17.0], 120.0)


def coupled_mackey_glass() -> System:
    slopes = [
        0.2 * hill(late(0, 10.0)) - 0.1 * y(0) + 0.05 * (late(1, 3.0) - y(0)),
        0.2 * hill(late(1, 17.0)) - 0.1 * y(1) + 0.05 * (late(0, 6.5) - y(1)),
    ]
    return System(slopes, [1.2, 0.4], [3.0, 6.5, 10.0, 17.0], 120.0)


def hutchinson() -> System:
    """Hutchinson, Ann. N. Y. Acad. Sci. 50, 221 (1948): a population limited by its past."""
    return System([1.8 * y(0) * (1 - late(0, 1.0))], [0.5], [1.0], 20.0)


def blowflies() -> System:
    """Gurney, Blythe and Nisbet, Nature 287, 17 (1980)."""
    slope = 8.0 * late(0, 15.0) * exp(-late(0, 15.0) / 4.0) - 0.175 * y(0)
    return System([slope], [1.0], [15.0], 100.0)


def ikeda() -> System:
    """Ikeda, Opt. Commun. 30, 257 (1979), with one delay."""
    return System([-y(0) + 4.0 * sin(late(0, 2.0) - 1.0)], [0.3], [2.0], 20.0)


def van_der_pol() -> System:
    """An oscillator with feedback of its own past, driven by a cosine."""
    slopes = [y(1), 1.5 * (1 - y(0) ** 2) * y(1) - y(0) + 0.5 * late(0, 0.7) + 0.4 * cos(1.3 * t)]
    return System(slopes, [0.1, 0.0], [0.7], 30.0)


def wilson_cowan() -> System:
    """Wilson and Cowan, Biophys. J. 12, 1 (1972), with a delay of excitation and another of inhibition."""
    slopes = [
        -y(0) + rate(10.0 * late(0, 0.2) - 12.0 * late(1, 0.35) + 0.5),
        (-y(1) + rate(10.0 * late(0, 0.2) - 2.0 * late(1, 0.35) - 3.5)) / 1.5,
    ]
    return System(slopes, [0.3, 0.1], [0.2, 0.35], 30.0)


def fitzhugh_nagumo() -> System:
    """Two excitable units that reach each other late: Dahlem et al., Int. J. Bifurc. Chaos 19, 745 (2009)."""
    slopes = []
    for own, other in ((0, 2), (2, 0)):
        slopes.append((y(own) - y(own) ** 3 / 3 - y(own + 1) + 0.5 * (late(other, 3.0) - y(own))) / 0.1)
        slopes.append(y(own) + 1.05)
    return System(slopes, [1.5, -0.4, -1.05, -0.66], [3.0], 24.0)


def phases() -> System:
    """Eight phases all to all, late: Yeung and Strogatz, Phys. Rev. Lett. 82, 648 (1999)."""
    slopes = [1.0 + 0.1 * i + 0.15 * sum(sin(late(j, 0.8) - y(i)) for j in range(8)) for i in range(8)]
    return System(slopes, [0.7 * i for i in range(8)], [0.8], 20.0)


def ring() -> System:
    """Ten rate units on a ring; each reads one neighbour soon, at less than a step, and the other late."""
    slopes = [-y(i) + tanh(1.5 * late((i - 1) % 10, 0.01) - 2.0 * late((i + 1) % 10, 1.7) + 0.1) for i in range(10)]
    return System(slopes, [0.1 * math.cos(i) for i in range(10)], [0.01, 1.7], 20.0)


SYSTEMS: tuple[Callable[[], System], ...] = (
    mackey_glass, coupled_mackey_glass, hutchinson, blowflies, ikeda, van_der_pol, wilson_cowan, fitzhugh_nagumo,
    phases, ring,
)  # fmt: skip


def solved(system: System, factor: float) -> np.ndarray:
    """Return the states at the half and at the end of a run, at so many times the tolerance."""
    solver = jitcdde(system.slopes, max_delay=max(system.delays), verbose=False)
    solver.constant_past(system.start, time=0.0)
    solver.set_integration_parameters(
        rtol=RTOL * factor, atol=ATOL * factor, first_step=1e-4, min_step=1e-14, max_step=0.5
    )
    solver.step_on_discontinuities(propagations=1)
    assert solver.t <= system.end / 2, solver.t
    return np.array([solver.integrate(time) for time in (system.end / 2, system.end)])


def recorded(system: System) -> dict[str, Any]:
    fine, coarse = solved(system, 1.0), solved(system, 10.0)
    return {
        "start": list(system.start),
        "times": [system.end / 2, system.end],
        "states": fine.tolist(),
        "error": float(np.max(np.abs(fine - coarse))),
    }


if __name__ == "__main__":
    record = {}
    for make in SYSTEMS:
        record[make.__name__] = recorded(make())
        print(make.__name__, record[make.__name__]["error"], flush=True)
    Path(__file__).with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
