"""What paths name that a compiled model can be given: values of parameters, or of states at the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from rates_core.errors import UnsupportedFeatureError
from rates_core.simulation.arguments import arguments_of, initial_state, names_state
from rates_core.simulation.targets import variable_of

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel


@frozen(eq=False)
class Named:
    """What a path names, by which runs can be differentiated.

    Attributes:
        value: the model's own: one number, or one per unit or connection, in the shape that derivatives have.
        initial: whether it is a state at the start, which a run takes by `initial=`, and not a parameter.
    """

    value: np.ndarray
    initial: bool


def named_values(model: CompiledModel, paths: Iterable[str], argument: str = "parameters") -> dict[str, Named]:
    """Return what paths name in a compiled model.

    Args:
        model: whose they are.
        paths: of parameters, weights or delays of edges, or states; real ones.
        argument: where a user wrote them, for messages.

    Raises:
        UnknownNameError: a path names nothing; the closest one is given.
        ArgumentError: a path names what is no number of its own, such as an input that is fed.
        UnsupportedFeatureError: a path names complex numbers, a spread, or what the past says.
    """
    found: dict[str, Any] = {path: names_state(model.system, path, argument) for path in paths}
    model = model.untied({path: 0.0 for path, initial in found.items() if not initial})
    values, y = arguments_of(model.system), initial_state(model.system)
    for path, initial in found.items():
        variable = model.system.once(variable_of, path, argument)
        if variable.complex:
            raise UnsupportedFeatureError(f"{argument}: '{path}' is complex; only real numbers can be named here.")
        found[path] = Named(variable.value(values, y), initial)
    return found
