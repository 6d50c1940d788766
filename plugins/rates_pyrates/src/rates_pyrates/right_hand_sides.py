"""Right-hand sides and Jacobians as PyRates returns them: four things, and a function that fills `dy`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from rates_core.errors import UnsupportedFeatureError
from rates_core.needed import check_needed
from rates_core.plugins import get_manager

from rates_pyrates.written import remember

if TYPE_CHECKING:
    from rates_pyrates.circuit import CircuitTemplate


class RightHandSide(NamedTuple):
    """A function with its arguments.

    Attributes:
        func: `func(*args)` is the derivative, or the Jacobian, at the start.
        args: t, y, the past if it is continuous time with delays, `dy` of a right-hand side, parameters, and inputs.
        arg_names: their names; those of parameters are their paths.
        state_indices: where each state lies in y: a number, or (start, stop).
    """

    func: Callable[..., Any]
    args: tuple[Any, ...]
    arg_names: tuple[str, ...]
    state_indices: dict[str, Any]


def right_hand_side(
    circuit: CircuitTemplate,
    name: str,
    step_size: float,
    inputs: Mapping[str, Any] | None,
    options: Mapping[str, Any],
    jacobian: Literal["dense", "sparse"] | None = None,
) -> RightHandSide:
    """Return a function of a circuit; see `CircuitTemplate.get_run_func`.

    Raises:
        UnsupportedFeatureError: the model has discrete delays, and the function is for fixed steps.
    """
    call = circuit.rates.get_run_func if jacobian is None else circuit.rates.get_jacobian_func
    form: dict[str, Any] = {} if jacobian is None else {"sparse": jacobian == "sparse"}
    made = call(name, step_size, inputs=inputs, **form, **options)
    if options.get("auto"):
        remember(made.files, circuit.rates)
    continuous = _is_continuous(options)
    _, _, *names = made.arg_names
    others = names[len(made.parameter_paths) :]  # inputs, and behind them the past
    past = others[-1:] == ["history"] and callable(made.args[-1])
    if others[-1:] == ["buffer"]:
        raise UnsupportedFeatureError(
            f"'{circuit.name}' has discrete delays: under fixed steps PyRates' function keeps the past in buffers that "
            "each call moves on, whether it is a step or not. Give solver='scipy' for the function of continuous time, "
            "whose argument 'hist' is the past as a function of time, or call run()."
        )
    t, y, *rest = made.args
    paths = (*made.parameter_paths, *others)
    before: list[tuple[str, Any]] = [("t", t), ("y", y)]
    after = list(zip(paths, rest, strict=True))
    if past:
        before.append(("hist", after.pop()[1]))
    if jacobian is None:
        before.append(("dy", np.zeros_like(y)))
    labels, values = zip(*before, *after, strict=True)
    steps = None if continuous else step_size
    func = _taking(made.func, past, jacobian is None, steps, _matrix(made, len(y)) if jacobian == "sparse" else None)
    return RightHandSide(func, values, labels, dict(made.state_indices))


def _is_continuous(options: Mapping[str, Any]) -> bool:
    adaptive = options.get("adaptive")
    if adaptive is not None:
        return bool(adaptive)
    spec = get_manager().solvers().get(options.get("solver", "euler"))
    return spec is not None and not spec.fixed


def _taking(
    call: Callable[..., Any], past: bool, fills: bool, step_size: float | None, shape: Callable[[Any], Any] | None
) -> Callable[..., Any]:
    """Return a function of the arguments in PyRates' order.

    Under fixed steps a whole number is the number of a step, as there; rates itself has time everywhere.
    """

    def func(t: Any, y: Any, *arguments: Any) -> Any:
        rest = list(arguments)
        history = [rest.pop(0)] if past else []
        dy = rest.pop(0) if fills else None
        if step_size is not None and _is_whole(t):
            t = int(t) * step_size
        found = call(t, y, *rest, *history)
        if isinstance(dy, np.ndarray):
            dy[...] = np.asarray(found)
        return found if shape is None else shape(found)

    func.__name__ = getattr(call, "__name__", "func")
    func.__doc__ = getattr(call, "__doc__", None)
    return func


def _is_whole(t: Any) -> bool:
    kind = getattr(t, "dtype", None)
    return isinstance(t, Integral) or (isinstance(kind, np.dtype) and kind.kind in "iu")


def _matrix(made: Any, states: int) -> Callable[[Any], Any]:
    check_needed("A sparse Jacobian", "scipy", extra="default")
    from scipy.sparse import csr_matrix

    rows, columns = made.entries
    return lambda values: csr_matrix((np.asarray(values), (rows, columns)), shape=(states, states))
