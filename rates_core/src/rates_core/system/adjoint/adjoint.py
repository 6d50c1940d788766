"""Make the adjoint of a System: where the results of its routines are carried back to what they depend on.

The adjoint is a System itself. Beside the states of the model it has such as are given, seeds: derivatives of a loss by
the results of a routine; and such as are found, bars: what these seeds add to the derivatives of the loss by states,
reads, inputs and parameters. All stand in one vector, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve, frozen

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.tree import Expression
from rates_core.system.adjoint.pieces import Pieces
from rates_core.system.adjoint.reverse import Reverse
from rates_core.system.linearisation.entries import size_of
from rates_core.system.linearisation.separate import separate
from rates_core.system.smooth_steps import smooth_conditions
from rates_core.system.system import State, Statement, System


@frozen
class Wanted:
    """What the derivatives are taken by, beside states and reads.

    Attributes:
        parameters: paths of parameters.
        inputs: paths of inputs.
        slope: of the smooth steps whose derivatives conditions of events have, or None if they have none.
    """

    parameters: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    slope: float | None = None


@frozen(eq=False)
class Pullback:
    """The way back through one routine.

    Attributes:
        seeds: by path of a result, the state that holds its seed.
        added: by path of a bar, what the seeds add to it; bars that are missing get nothing.
    """

    seeds: Mapping[str, State]
    added: Mapping[str, Expression]


@frozen(eq=False)
class Adjoint:
    """A System with the ways back through its routines.

    Attributes:
        system: with the states that are seeds and bars.
        width: of the states of the model, which come first.
        pullbacks: by name of the routine.
        bars: by path of a state, read, input or parameter.
    """

    system: System
    width: int
    pullbacks: Mapping[str, Pullback]
    bars: Mapping[str, State]


def adjoint_of(system: System, routines: Mapping[str, Mapping[str, Expression]], wanted: Wanted) -> Adjoint:
    """Return the adjoint of a System.

    Args:
        system: lowered and real.
        routines: what each computes, by path of the result.
        wanted: what the derivatives are taken by.

    Raises:
        UnsupportedFeatureError: a value is complex, or a function on the way has no derivative.
    """
    if system.is_complex:
        path = min(system.complex_symbols)
        raise UnsupportedFeatureError(f"The adjoint of a compiled loop does not follow '{path}', which is complex.")
    statements, derivatives, shapes = separate(system)
    pieces = Pieces(shapes, system.parameter_paths)
    by_state = {item.state: item.expression for item in derivatives}
    followed = statements if wanted.slope is None else [*smooth_conditions(system, statements, wanted.slope)]
    bars = _bars(system, wanted)
    end = system.width
    added: list[Statement] = []
    seeds: list[State] = []
    pullbacks = {}
    for number, (name, results) in enumerate(routines.items()):
        own = {path: State(f"{path}_seed{number or ''}", shapes[path], 0.0) for path in results}
        own = _placed(own, end)
        seeds += own.values()
        end += sum(seed.width for seed in own.values())
        shapes.update((seed.path, seed.shape) for seed in own.values())
        expressions = by_state if name == "derivative" else results  # others are copies of variables
        reverse = Reverse(pieces, followed, bars.keys(), f"_bar{number or ''}")
        found = reverse.through({own[path].path: expressions[path] for path in results})
        added += reverse.added
        pullbacks[name] = Pullback(own, {bars[path].path: item for path, item in found.items()})
    bars = _placed(bars, end)
    grown = evolve(
        system,
        states=(*system.states, *seeds, *bars.values()),
        statements=(*statements, *added),
        derivatives=tuple(derivatives),
        parameters=(*system.parameters, *pieces.parameters.values()),
        variables={item.target: shapes[item.target] for item in (*statements, *added)},
        updates={},
    )
    return Adjoint(grown, system.width, pullbacks, bars)


def _bars(system: System, wanted: Wanted) -> dict[str, State]:
    """Return a state for the derivatives by each state, read, wanted input and parameter; matrices lie row by row."""
    paths = [item.path for kind in (system.states, system.reads) for item in kind]
    shapes = {path: system.shapes[path] for path in (*paths, *wanted.inputs, *wanted.parameters)}
    return {
        path: State(f"{path}_bar", shape if len(shape) < 2 else (size_of(shape),), 0.0)
        for path, shape in shapes.items()
    }


def _placed(states: Mapping[str, State], first: int) -> dict[str, State]:
    """Return states one behind the other in the vector."""
    ends = np.cumsum([first, *(state.width for state in states.values())]).tolist()
    pairs = zip(states.items(), ends, strict=False)
    return {path: evolve(state, offset=offset) for (path, state), offset in pairs}
