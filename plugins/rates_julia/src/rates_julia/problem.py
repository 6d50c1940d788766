"""The vector field and its derivative as DifferentialEquations.jl calls them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import symbols
from rates_core.programs.elementwise.syntax import shifted
from rates_core.system.linearisation import Linearisation, linearise
from rates_core.system.shapes import shape_of
from rates_core.system.system import Read, System

from rates_julia.body import PARAMETERS, SLOPE, STATE, TIME, takes_more
from rates_julia.entries import OUT, Entries
from rates_julia.layout import JuliaLayout, zeros
from rates_julia.printer import SYNTAX
from rates_julia.procedure import Argument, Procedure

HISTORY = Argument(("h",), "h")


def has_problem(system: System) -> bool:
    """Tell whether there is such a function: it has no random numbers, and the past that it takes is one of states."""
    known = system.state_paths.keys()
    delays = set().union(*(symbols(read.delay) for read in system.reads))
    return (
        not system.draws
        and all(read.slot in known for read in system.reads)
        and delays <= system.parameter_paths.keys()
    )


def delay_paths(system: System) -> set[str]:
    """Return the parameters that this function takes beyond those of the equations."""
    if not has_problem(system):
        return set()
    return set().union(*(symbols(read.delay) | ({read.index} if read.index else set()) for read in system.reads))


def problem(layout: JuliaLayout, derivative: Procedure) -> Iterator[Procedure]:
    """Yield the function that ODEProblem or DDEProblem takes, where the vector field takes more than that gives."""
    system = layout.system
    if not takes_more(layout) or not has_problem(system):
        return
    given = {("input", item.path): f"p.{layout.fields[item.path]}(t)" for item in system.inputs}
    lines = _past(layout, derivative.arguments)
    inputs = (
        ""
        if not system.inputs
        else "; `p` also has inputs as functions of time: "
        + ", ".join(f"`{layout.fields[item.path]}`" for item in system.inputs)
    )
    history = [HISTORY] if system.reads else []
    kind = "DDEProblem" if system.reads else "ODEProblem"
    yield Procedure(
        "f!", [f"dy/dt, for {kind}{inputs}."], [SLOPE, STATE, *history, PARAMETERS, TIME],
        [*lines, derivative.called(given)],
    )  # fmt: skip


def analytic(system: System) -> Linearisation | None:
    """Return the matrix of derivatives of a model of single units, which takes nothing that the model does not.

    That of populations takes arrays that tell where its entries stand; it is a function of its own.
    """
    if not has_problem(system) or any(state.shape for state in system.states):
        return None
    try:
        found = linearise(system)
    except UnsupportedFeatureError:  # a function without derivative
        return None
    return found if len(found.system.parameters) == len(system.parameters) else None


def jacobian(layout: JuliaLayout, linearisation: Linearisation) -> Procedure:
    """Return the function that computes the matrix of derivatives."""
    body = Entries(layout, linearisation)
    given = body.given()
    before = [
        f"{layout.names[item.path]} = p.{layout.fields[item.path]}(t)"
        for item in layout.system.inputs
        if any(argument.key == ("input", item.path) for argument in given)
    ]
    statements = body.all_statements([*before, *_past(layout, given)])
    history = [HISTORY] if layout.system.reads else []
    return Procedure("jac!", ["The derivatives of `f!` by `y`."], [OUT, STATE, *history, PARAMETERS, TIME], statements)


def _past(layout: JuliaLayout, arguments: Sequence[Argument]) -> list[str]:
    """Return the lines that ask `h` for the delayed values among arguments."""
    taken = {argument.key for argument in arguments}
    return [line for read in layout.system.reads if ("read", read.path) in taken for line in _past_value(layout, read)]


def _past_value(layout: JuliaLayout, read: Read) -> list[str]:
    printer, state = layout.printer(), layout.system.state_paths[read.slot]
    name = layout.names[read.path]
    printer.entry = "i" if read.shape else ""
    time = f"t - {printer.text(read.delay, 9)}"
    if not state.shape:
        entry = ""
    elif read.index is not None:
        entry = printer.known_place(read.index, "i")
    else:
        entry = "i" if read.shape else "1"
    if state.complex:
        place = f"2*({entry or 1}) + {state.offset - 1}"
        value = f"complex(h(p, {time}; idxs = {place}), h(p, {time}; idxs = {place} + 1))"
    else:
        place = f"{state.offset + 1}" if not entry else shifted(entry, state.offset)
        value = f"h(p, {time}; idxs = {place})"
    if not read.shape:
        return [f"{name} = {value}{SYNTAX.said(read.path)}"]
    layout.rooms[name] = zeros(read.shape, read.complex)
    assert shape_of(read.delay, layout.shapes) in ((), read.shape)
    return [f"{name} = p.rooms.{name}", *SYNTAX.nested(read.shape, [f"{name}[i] = {value}{SYNTAX.said(read.path)}"])]
