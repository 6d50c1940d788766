"""The constants of Auto-07p: which of them say something here, which say nothing, and which are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.errors import UnknownNameError, UnsupportedFeatureError, did_you_mean

MEANT = {
    "IPS": "what is computed: `1` or `0` equilibria, `2` cycles, `-2` a run in time",
    "ICP": "what varies, the first one along the curve; two parameters make a curve of special points",
    "ISW": "`1` along the curve, `-1` to the other one at a branch point or period doubling, `2` special points",
    "NMX": "largest number of steps, to each side; of a run in time the number of points",
    "DS": "its sign is the direction in which the first parameter goes; how long the first step is, rates chooses",
    "DSMAX": "longest step, as Auto-07p measures it at the start of the curve; rates may take shorter ones",
    "RL0": "least value of the first parameter",
    "RL1": "largest value of the first parameter",
    "UZR": "values at which a parameter makes a user point, `{name: value}` or `{name: [values]}`; `-number` ends it",
    "UZSTOP": "likewise, and the curve ends there",
    "STOP": "the special points at which the curve ends, `['HB2', 'UZ1']`",
    "SP": "likewise, and `'LP0'` leaves a kind out",
    "ILP": "`0` leaves out folds",
    "ISP": "`0` leaves out all other special points, `1`, `3` and `4` some of them",
    "NTST": "largest number of intervals of the mesh of a cycle; there are as many as its form takes",
    "PAR": "values of other parameters at the start of equilibria or of a run, `{name: value}`",
    "U": "likewise of states",
}
SILENT = {
    "DSMIN": "rates gives a curve up below steps of its own",
    "EPSL": "equations are solved to rounding", "EPSU": "equations are solved to rounding",
    "EPSS": "special points are solved for by equations of their own, to rounding",
    "ITMX": "iterations are counted by rates", "ITNW": "iterations are counted by rates",
    "NWTN": "iterations are counted by rates", "MXBF": "branches are followed one by one",
    "JAC": "derivatives are always exact", "NDIM": "the model says it", "NPAR": "there is no limit",
    "NCOL": "polynomials have degree 4", "IAD": "meshes adapt themselves", "IADS": "steps adapt themselves",
    "THL": "scales adapt themselves", "THU": "scales adapt themselves",
    "NPR": "every point is kept", "IID": "nothing is printed", "IPLT": "every variable is kept",
    "IIS": "every point is one to start from", "IBR": "branches have names", "LAB": "points have labels",
    "sv": "`to_file` keeps results", "unames": "states have paths", "parnames": "parameters have paths",
    "NBC": "of boundary value problems", "NINT": "of boundary value problems",
}  # fmt: skip
_FILES = "Auto-07p itself computes it from the files that get_run_func(..., auto=True) writes."
REFUSED = {
    "IRS": "Name the point: origin='...', starting_point='HB1'.",
    "s": "Name the curve: origin='...'.",
    "dat": "Start from a run: run(c='ivp', ...), then origin='...', starting_point='EP2'.",
    "TY": "A point has the kind that it has.",
    "A0": "Give bounds of the parameter: RL0, RL1.",
    "A1": "Give bounds of the parameter: RL0, RL1.",
    **dict.fromkeys(("NUNSTAB", "NSTAB", "IEQUIB", "ITWIST", "IPSI"),
                    "It is one of homoclinic orbits: continue_homoclinic(origin, starting_point=..., ICP=[...]) has "
                    "it."),
    **dict.fromkeys(("ISTART", "IREV", "IFIXED"), f"It is one of homoclinic orbits that are not offered; {_FILES}"),
}  # fmt: skip

#: what a name given as `c` stands for
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "ivp": {"IPS": -2, "ICP": 14},
    "eq": {"IPS": 1},
    "lc": {"IPS": 2},
}


def check_known(constants: Mapping[str, Any], others: Mapping[str, Any] | tuple[str, ...] = ()) -> None:
    """Raise unless all constants are known and can be followed.

    Args:
        constants: by name.
        others: names of arguments that stand beside them, for what was meant.

    Raises:
        UnknownNameError: one is no constant of Auto-07p.
        UnsupportedFeatureError: one asks for what is not offered.
    """
    for name, value in constants.items():
        if name in REFUSED:
            raise UnsupportedFeatureError(f"The constant {name} of Auto-07p is not offered here. {REFUSED[name]}")
        if name in ("NBC", "NINT") and value:
            raise UnsupportedFeatureError(
                f"{name}={value} asks for a boundary value problem. Continuation.boundary_values(...) follows those."
            )
        if name not in MEANT and name not in SILENT:
            known = [*MEANT, *SILENT, *others]
            capital = f" Did you mean '{name.upper()}'?" if name.upper() in known else did_you_mean(name, known)
            raise UnknownNameError(f"There is no constant or argument '{name}'.{capital}")
