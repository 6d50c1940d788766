"""Gradients: derivatives of a loss of a run, against central differences of runs; or a refusal by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.errors import ApproximationWarning, UnknownNameError, UnsupportedFeatureError
from rates_core.plugins.capabilities import Requirements
from rates_core.programs.surrogate import SURROGATE
from rates_core.simulation.compile import CompiledModel
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.families.gradient_problems import STEPS, STRIDE, H, Problem, loss_of_rows, problems
from rates_core.testing.parts import circuit
from rates_core.testing.subject import Subject

SHIFT = 1e-4  # of central differences of fourth order: what is cut off is 1e-16, rounding 1e-11
CLOSE = 1e-9
SAME = 1e-12  # of the same derivatives, summed in another order
SLOPE = 6.0  # of smooth steps
DIRECTIONS = 2  # along which derivatives by several numbers are compared


def cases() -> Iterator[Case]:
    """Yield one case for each model; without the claim each has to be refused."""
    for name, problem in problems().items():
        case = partial(Case, "gradients", needs=problem.needs, chains=problem.chains)
        sentence = f"of runs of {name} are those of differences, or are refused by name"
        yield case(sentence, partial(_in_place, _check, problem), exhaustive=problem.tier == "exhaustive")
        sentence = f"of runs of {name} are the same forwards, or are refused by name"
        yield case(sentence, partial(_in_place, _check_forwards, problem), exhaustive=problem.tier != "forwards")
        sentence = f"along runs of {name} are those of differences, or are refused by name"
        yield case(sentence, partial(_in_place, _check_along, problem), exhaustive=problem.tier != "forwards")
    sentence = "of runs of units that spike see smooth steps where a slope is given, or the slope is refused by name"
    yield Case("gradients", sentence, _check_smooth_steps, needs=Requirements(events=True))
    yield Case("gradients", "no direction is claimed in which runs cannot be asked for derivatives", _check_directions)


def _in_place(check: Callable[[Problem, Subject], None], problem: Problem, subject: Subject) -> None:
    """Check, silent about events, which do not move: differences are taken over less than they would have to."""
    with warnings.catch_warnings():
        if problem.needs.events:
            warnings.simplefilter("ignore", ApproximationWarning)
        check(problem, subject)


def _check(problem: Problem, subject: Subject) -> None:
    model, paths = _asked(problem, subject)
    claims = subject.backend.capabilities.differentiation
    if claims.isdisjoint({"reverse", "adjoint"}):
        _expect_refusal(subject, "derivatives of runs", partial(model.gradient, loss_of_rows, paths))
        return
    if "reverse" not in claims:
        problem = evolve(problem, loss=partial(_told, problem.loss))
        if problem.beyond_adjoints:
            _expect_no_adjoint(partial(model.gradient, problem.loss, paths, seed=3))
            return
    found = model.gradient(problem.loss, paths, seed=3)
    value = partial(_value, problem, model)
    expect_close("The loss", found.loss, value())
    for path, count in problem.parameters.items():
        _compare(path, count, found[path], partial(_with, value, "parameters", path), _known(model, path))
    for path, count in problem.initial.items():
        _compare(path, count, found[path], partial(_with, value, "initial", path), _start(model, path))
    if problem.samples:
        key, known = problem.samples, np.asarray((problem.inputs or {})[problem.samples])
        _compare(key, len(known), found[key], partial(_with, value, "inputs", key), known)
    if problem.stepwise and "reverse" not in claims:
        _check_followed(problem, model, found)
    if problem.ways:
        _check_weighted(problem, model)
        _check_way(problem, model, found, "with checkpoints", checkpoint=True)
        refused = {path for path in paths if path.endswith("/delay") or np.iscomplexobj(found[path])}
        _check_trainable(model, [path for path in paths if path not in refused], problem)


def _asked(problem: Problem, subject: Subject) -> tuple[CompiledModel, list[str]]:
    """Return a model, and by what its runs are differentiated."""
    model = subject.compiled(
        problem.make(), problem.solver, H, outputs={"found": problem.output}, inputs=problem.inputs,
        simulation_time=H * STEPS, sampling_step_size=H * STRIDE, **problem.options,
    )  # fmt: skip
    return model, [*problem.parameters, *problem.initial, *([problem.samples] if problem.samples else [])]


def _check_forwards(problem: Problem, subject: Subject) -> None:
    model, paths = _asked(problem, subject)
    if "forward" not in subject.backend.capabilities.differentiation:
        asked = partial(model.gradient, loss_of_rows, paths, mode="forward")
        _expect_refusal(subject, "derivatives of runs forwards", asked)
        return
    _check_way(problem, model, model.gradient(problem.loss, paths, seed=3), "forwards", mode="forward")


def _check_along(problem: Problem, subject: Subject) -> None:
    """Raise unless each row of a run moves with each path as differences of runs do."""
    model, asked = _asked(problem, subject)
    parameters = {path: _known(model, path) for path in problem.parameters}
    starts = {path: _start(model, path) for path in problem.initial}
    known = {path: value for path, value in {**parameters, **starts}.items() if not np.iscomplexobj(value)}
    if "along" not in subject.backend.capabilities.differentiation:
        _expect_refusal(subject, "derivatives of runs along their way", partial(model.sensitivities, asked))
        return
    found = model.sensitivities(list(known), seed=3)
    expect_close("The table of sensitivities", found.table.to_numpy(), model.run(seed=3).to_numpy(), SAME, SAME)

    def rows(**arguments: Any) -> np.ndarray:
        return model.run(seed=3, **arguments).to_numpy()

    for path, values in known.items():
        count = problem.parameters[path] if path in problem.parameters else problem.initial[path]
        argument = "parameters" if path in problem.parameters else "initial"
        what, axes = f"The derivative of rows by '{path}'", (count,) if count else ()
        shape = (*found.table.shape, *axes)
        expect(found[path].shape == shape, f"{what} has the shape {found[path].shape}; it is {shape}.")
        direction = np.cos(np.arange(count) ** 2) if count else np.float64(1.0)
        base = values if count else values[0]
        wanted = _difference(partial(_with, rows, argument, path), base, direction)
        expect_close(what, found[path] @ direction if count else found[path], wanted, CLOSE, CLOSE)


def _check_way(problem: Problem, model: CompiledModel, found: Mapping[str, Any], name: str, **options: Any) -> None:
    """Raise unless derivatives that are accumulated in another way are those that were found."""
    other = model.gradient(problem.loss, list(found), seed=3, **options)
    for path, derivative in found.items():
        expect_close(f"The derivative by '{path}', {name},", other[path], derivative, SAME, SAME)


def _check_weighted(problem: Problem, model: CompiledModel) -> None:
    """Raise unless weights of outputs stand for the sum of these times them, where outputs are real."""
    rows = model.run(seed=3).to_numpy()
    if np.iscomplexobj(rows):
        return
    weights = np.cos(np.arange(rows.size)).reshape(rows.shape)
    path = next(iter(problem.parameters))
    found = model.gradient({"found": weights[:, 0] if rows.shape[1] == 1 else weights}, [path], seed=3)
    expect_close("A loss of weights", found.loss, float(np.sum(weights * rows)), CLOSE, CLOSE)

    def value(**arguments: Any) -> float:
        return float(np.sum(weights * model.run(seed=3, **arguments).to_numpy()))

    _compare(path, problem.parameters[path], found[path], partial(_with, value, "parameters", path),
             _known(model, path))  # fmt: skip


def _check_trainable(model: CompiledModel, paths: Sequence[str], problem: Problem) -> None:
    """Raise unless a run as a function of values gives the rows of the run, where there is such a function."""
    try:
        function = model.trainable(paths, seed=3)
    except UnsupportedFeatureError:
        return
    expect_close("Rows of a trainable run", _rows(function()), model.run(seed=3).to_numpy().squeeze())
    if problem.samples:
        inputs = {problem.samples: 0.5 * np.asarray((problem.inputs or {})[problem.samples])}
        wanted = model.run(seed=3, inputs=inputs).to_numpy().squeeze()
        expect_close("Rows of a trainable run with an input of its own", _rows(function(inputs=inputs)), wanted)


def _check_followed(problem: Problem, model: CompiledModel, found: Mapping[str, Any]) -> None:
    """Raise unless steps in two parts are those of the run, and derivatives go back through both of them."""
    try:
        steps = model.steps(list(found), seed=3)
    except UnsupportedFeatureError:
        return
    values, first = steps.arrays(), STRIDE * (STEPS // STRIDE // 2)
    rows, between, back = steps.followed(values, {}, None, first, STRIDE, tuple(found))
    more, _, back_again = steps.followed(values, {}, between, STEPS - first, STRIDE, tuple(found))
    every = np.concatenate([rows["found"], more["found"]])
    expect_close("Rows of steps", every, np.squeeze(model.run(seed=3).to_numpy()))
    slopes = problem.loss({"found": every})[1]["found"]
    late, by_between = back_again({"found": slopes[len(rows["found"]) :]}, None)
    early, _ = back({"found": slopes[: len(rows["found"])]}, by_between)
    for path, derivative in found.items():
        what = f"The derivative by '{path}', through steps in two parts,"
        expect_close(what, early[path] + late[path], derivative, SAME, SAME)


def _rows(outputs: Mapping[str, Any]) -> np.ndarray:
    found = outputs["found"]
    return np.asarray(found.detach() if hasattr(found, "detach") else found)


def _with(value: Callable[..., Any], argument: str, path: str, numbers: Any) -> Any:
    return value(**{argument: {path: numbers}})


def _told(loss: Callable[[Mapping[str, Any]], Any], outputs: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
    """Return a loss with its derivatives by outputs: what it is a bit off the real numbers tells them."""
    rows = outputs["found"]
    shifts = 1e-30j * np.eye(rows.size).reshape(rows.size, *rows.shape)
    slopes = [np.imag(loss({"found": rows + shift})) / 1e-30 for shift in shifts]
    return float(loss(outputs)), {"found": np.reshape(slopes, rows.shape)}


def _value(problem: Problem, model: CompiledModel, **arguments: Any) -> float:
    found = problem.loss({"found": np.squeeze(model.run(seed=3, **arguments).to_numpy())})
    return float(found[0] if isinstance(found, tuple) else found)


def _known(model: CompiledModel, path: str) -> np.ndarray:
    """Return the numbers that a path of a parameter names."""
    role = path.rpartition("/")[2]
    if "->" in path:
        return np.ravel(next(item.value for item in model.system.parameters if item.role == role))
    return np.ravel(model.system.parameter_paths[path].value)


def _start(model: CompiledModel, path: str) -> np.ndarray:
    return np.ravel(model.system.state_paths[path].initial)


def _compare(path: str, count: int, found: Any, value: Callable[[Any], float], known: np.ndarray) -> None:
    """Raise unless a derivative is that of central differences: by one number, or along directions of several."""
    what, pairs = f"The derivative by '{path}'", np.iscomplexobj(known)
    if not count:
        expect(np.shape(found) == (), f"{what}, which is one number, has the shape {np.shape(found)}.")
        wanted: complex = _difference(value, known[0], 1.0)
        wanted = wanted + 1j * _difference(value, known[0], 1j) if pairs else wanted
        expect_close(what, found, wanted, CLOSE, CLOSE)
        return
    expect(np.shape(found) == (count,), f"{what}, which is {count} numbers, has the shape {np.shape(found)}.")
    for number in range(DIRECTIONS):
        direction = np.cos((1.0 + number) * np.arange(count) ** 2)
        direction = direction * np.exp(1j * np.arange(count)) if pairs else direction
        wanted = _difference(value, known, direction)
        expect_close(f"{what} along a direction", np.vdot(found, direction).real, wanted, CLOSE, CLOSE)


def _difference(value: Callable[[Any], Any], known: Any, direction: Any) -> Any:
    near, far = (value(known + d * direction) - value(known - d * direction) for d in (SHIFT, 2 * SHIFT))
    return (8 * near - far) / (12 * SHIFT)


def _expect_refusal(subject: Subject, needed: str, asked: Callable[[], Any]) -> None:
    try:
        asked()
    except UnsupportedFeatureError as error:
        start = f"The backend '{subject.backend.name}' does not support what this model needs: {needed}. "
        expect(str(error).startswith(start), f"The refusal does not begin with {start!r}: {error}")
        return
    expect(False, f"{needed.capitalize()} are not claimed. They were not refused.")


def _expect_no_adjoint(asked: Callable[[], Any]) -> None:
    try:
        asked()
    except UnsupportedFeatureError as error:
        start = "The adjoint of a compiled loop does not follow "
        expect(str(error).startswith(start), f"The refusal does not begin with {start!r}: {error}")
        return
    expect(False, "It claims derivatives by adjoints. What those do not follow was not refused.")


def _check_smooth_steps(subject: Subject) -> None:
    """Raise unless derivatives of pulses are a closed form.

    A state grows by k*h in each step, so that after n steps it is x = n*k*h - c beyond its threshold. What happens
    there is 1 where x > 0, times 1 less what that was one step before; each has the derivative of a smooth step at x.
    """
    operator = OperatorTemplate(
        "op", "v' = k", {"v": "variable(0.0)", "s": "variable(0.0)", "k": 0.7, "c": 1.03},
        events=[{"when": "v > c", "emit": "s"}],
    )  # fmt: skip
    unit = circuit(nodes={"p": NodeTemplate("node", [operator])})
    compiled = partial(
        subject.compiled, unit, "euler", H, outputs={"found": "p/op/s"}, simulation_time=H * STEPS
    )  # fmt: skip
    if not any(option.name == SURROGATE.name for option in subject.backend.options):
        compiled()
        _expect_unknown(partial(compiled, surrogate=SLOPE))
        return
    model, weights = compiled(surrogate=SLOPE), np.cos(np.arange(STEPS))
    asked = partial(model.gradient, {"found": weights}, ["p/op/k", "p/op/c"])
    if subject.backend.capabilities.differentiation.isdisjoint({"reverse", "adjoint"}):
        _expect_refusal(subject, "derivatives of runs", asked)
        return
    found, steps = asked(), np.arange(1, STEPS)
    x = 0.7 * H * steps - 1.03
    held, g = x > 0, 0.5 * SLOPE / (1.0 + SLOPE * np.abs(x)) ** 2
    before = np.concatenate([[0.0], held[:-1]])  # the condition does not hold at the start
    expect_close("The loss", found.loss, float(weights[1:] @ (held * (1.0 - before))) / H, SAME, SAME)
    for path, moved in (("p/op/k", H * steps), ("p/op/c", -np.ones(STEPS - 1))):
        pulses = g * moved * (1.0 - before) - held * np.concatenate([[0.0], (g * moved)[:-1]])
        expect_close(f"The derivative by '{path}'", found[path], float(weights[1:] @ pulses) / H, SAME, SAME)


def _expect_unknown(asked: Callable[[], Any]) -> None:
    try:
        asked()
    except UnknownNameError as error:
        expect(SURROGATE.name in str(error), f"The refusal of an option does not name it: {error}")
        return
    expect(False, f"The option {SURROGATE.name} is not offered. It was not refused.")


def _check_directions(subject: Subject) -> None:
    unknown = sorted(subject.backend.capabilities.differentiation - {"adjoint", "reverse", "forward", "along"})
    known = "those in reverse, forward, along and adjoint"
    expect(not unknown, f"It claims derivatives {', '.join(unknown)}; runs can be asked for {known}.")
