"""Constants files: one for each kind of computation, each starting where the one before it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen
from rates_core.errors import ArgumentError
from rates_core.programs.continuation import PERIOD as PERIOD_NAME
from rates_core.programs.continuation import ContinuationRequest
from rates_core.programs.naming import one_line

from rates_fortran.auto07p.places import PERIOD, TIME, TIME_NAME, Place
from rates_fortran.lines import LONGEST

#: HomCont keeps equilibria and test functions behind these
LAST_OF_HOMCONT = 9
#: what all computations share, in the groups in which AUTO's manual has them
SHARED: tuple[Mapping[str, object], ...] = (
    {"NTST": 60, "NCOL": 4, "IAD": 3, "ISP": 2, "ISW": 1, "IPLT": 0, "NBC": 0, "NINT": 0},
    {"NMX": 1000, "NPR": 100, "MXBF": 5, "IID": 2, "ITMX": 9, "ITNW": 7, "NWTN": 3, "JAC": 1},
    {"EPSL": 1e-8, "EPSU": 1e-8, "EPSS": 1e-6},
    {"DS": 0.01, "DSMIN": 1e-6, "DSMAX": 0.1, "IADS": 1},
)


@frozen(eq=False)
class Computation:
    """What AUTO computes with a constants file.

    Attributes:
        suffix: of the file's name, behind `c.`.
        what: is computed.
        problem: AUTO's IPS.
        free: names or numbers of the parameters that change.
        after: suffix of the computation that it starts from, and the label there; None starts from `stpnt`.
        constants: that differ from `SHARED`, and others.
    """

    suffix: str
    what: str
    problem: int
    free: tuple[str, ...]
    after: tuple[str, str] | None = None
    constants: Mapping[str, object] = field(factory=dict)


def constants_files(
    request: ContinuationRequest, places: tuple[Place, ...], names: Mapping[str, str]
) -> dict[str, str]:
    """Return the constants files of a model by their names.

    Args:
        request: says what is computed.
        places: of the parameters in PAR.
        names: of states, by path.

    Raises:
        ArgumentError: there are fewer conditions than states.
    """
    components = _components(request, names)
    return {
        f"c.{computation.suffix}": _text(request, computation, places, components)
        for computation in _computations(request, places)
    }


def _computations(request: ContinuationRequest, places: tuple[Place, ...]) -> Iterator[Computation]:
    """Yield what can be computed of a model."""
    along = {path: number for number, path in enumerate(request.along)}
    free = sorted((place for place in places if place.path), key=lambda place: along.get(place.path, len(along)))
    names = [place.name for place in free]
    shown = tuple(place.name for place in places if not place.path)
    if request.boundary or request.integral:
        yield _boundary(request, names, shown)
        return
    yield Computation(
        "ivp", "time integration", -2, (TIME_NAME, *shown), None,
        {"ISP": 0, "NMX": 100_000, "NPR": 1000, "DS": request.step_size, "DSMIN": min(1e-8, request.step_size),
         "DSMAX": max(0.1, request.step_size), "UZSTOP": {TIME: 1000.0}},
    )  # fmt: skip
    if not names:
        return
    yield Computation("eq", "equilibria", 1, (names[0], *shown), ("ivp", "UZ1"))
    cycles = {"UZSTOP": {PERIOD: 1000.0}, "THL": {PERIOD: 0.0}, "DSMAX": 1.0}
    yield Computation("lc", "cycles", 2, (names[0], PERIOD_NAME, *shown), ("eq", "HB1"), cycles)
    if len(names) > 1 and places[-1].number <= LAST_OF_HOMCONT and request.system.width <= LAST_OF_HOMCONT:
        homoclinic = {"IEQUIB": 1, "ITWIST": 0, "ISTART": 4, "NUNSTAB": -1, "NSTAB": -1, "NPR": 20, "ISP": 0}
        yield Computation("hom", "homoclinic orbits", 9, (*names[:2], *shown), ("lc", "UZ1"), homoclinic)


def _boundary(request: ContinuationRequest, names: list[str], shown: tuple[str, ...]) -> Computation:
    """Return the boundary value problem that conditions state.

    Raises:
        ArgumentError: there are fewer conditions than states, or more than parameters can meet.
    """
    conditions, states = len(request.boundary) + len(request.integral), request.system.width
    count = conditions - states + 1
    position = request.along.index(PERIOD_NAME) if PERIOD_NAME in request.along else max(1, len(request.along))
    able = [*names[:position], PERIOD_NAME, *names[position:]]
    if not 1 <= count <= len(able):
        raise ArgumentError(
            f"auto: {conditions} conditions are given for {states} states. A continuation needs at least {states}, and "
            f"can meet up to {states + len(able) - 1} by changing the parameters and the length of the interval."
        )
    # AUTO takes derivatives of equations and conditions together, or takes differences of both
    return Computation(
        "bvp", "boundary value problems", 4, (*able[:count], *shown), None,
        {"NBC": len(request.boundary), "NINT": len(request.integral), "JAC": 0, "PAR": {PERIOD: 1.0}},
    )  # fmt: skip


def _components(request: ContinuationRequest, names: Mapping[str, str]) -> list[str]:
    """Return the name of each component of U."""
    found: list[str] = []
    for state in request.system.states:
        name = names[state.path]
        for entry in range(state.entries):
            unit = f"{name}({entry + 1})" if state.shape else name
            found += [f"re {unit}", f"im {unit}"] if state.complex else [unit]
    return found


def _text(
    request: ContinuationRequest, computation: Computation, places: tuple[Place, ...], components: list[str]
) -> str:
    """Return one file."""
    parameters = {place.number: place.name for place in places} | {PERIOD: PERIOD_NAME, TIME: TIME_NAME}
    constants = dict(computation.constants)
    start: dict[str, object] = {"IRS": 0}
    if computation.after is not None:
        start = {"s": computation.after[0], "IRS": computation.after[1]}
    lines = [
        f"# {one_line(request.stem)}: constants for {computation.what} with Auto-07p, generated by rates.",
        *_mapping("unames", dict(enumerate(components, start=1))),
        *_mapping("parnames", dict(sorted(parameters.items()))),
        _said({"NDIM": request.system.width, "IPS": computation.problem, **start, "ILP": 1}),
        _said({"ICP": list(computation.free)}),
        *(_said({name: constants.pop(name, value) for name, value in group.items()}) for group in SHARED),
    ]
    return "\n".join([*lines, *(_said({name: value}) for name, value in constants.items())]) + "\n"


def _said(constants: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in constants.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_value(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return f"'{value}'" if isinstance(value, str) else repr(value)


def _mapping(name: str, items: Mapping[int, str]) -> list[str]:
    """Return the lines of a constant that maps numbers to names."""
    lines, line = [], f"{name} = {{"
    for number, item in items.items():
        entry = f"{number}: '{item}'"
        if len(line) + len(entry) > LONGEST:
            lines.append(line.rstrip())
            line = "    "
        line += f"{entry}, "
    return [*lines, line.removesuffix(", ") + "}"]
