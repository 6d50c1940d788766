"""Gradients: derivatives of a loss of a run, against central differences of runs; or a refusal by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from attrs import evolve, field, frozen

from rates_core.errors import ApproximationWarning, UnsupportedFeatureError
from rates_core.plugins.capabilities import Requirements
from rates_core.simulation.compile import CompiledModel
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.sparse import SparseMatrix
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.families import events
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.subject import Subject

H, STEPS, STRIDE = 0.1, 24, 2
SHIFT = 1e-4  # of central differences of fourth order: what is cut off is 1e-16, rounding 1e-11
CLOSE = 1e-9
SAME = 1e-12  # of the same derivatives, summed in another order
DIRECTIONS = 2  # along which derivatives by several numbers are compared


@frozen(eq=False)
class Problem:
    """A model, and by what its runs are differentiated.

    Attributes:
        make: makes the model.
        parameters: paths, with how many numbers each names: 0 for one number that a path stands for.
        initial: likewise, of states at the start.
        output: what the loss is made of.
        needs: what the backend has to claim beside derivatives of runs.
        inputs: of the run.
        options: of the compilation.
        solver: fixed-step method.
        samples: key of an input by whose samples it is differentiated too.
        loss: of the outputs.
        ways: whether it is asked for with checkpoints and as a function too.
        chains: whether it has a gamma kernel.
        inside: whether delayed values lie inside steps, where too few samples stand around them.
        tier: `forwards`: in the ordinary tier, in both directions; `reverse`: there in that one; `exhaustive`: only
            with all others.
    """

    make: Callable[[], CircuitTemplate]
    parameters: Mapping[str, int]
    initial: Mapping[str, int]
    output: str
    needs: Requirements
    inputs: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(factory=dict)
    solver: str = "rk4"
    samples: str | None = None
    loss: Callable[[Mapping[str, Any]], Any] = field(factory=lambda: _loss)
    ways: bool = False
    chains: bool = False
    inside: bool = False
    tier: Literal["forwards", "reverse", "exhaustive"] = "reverse"

    @property
    def beyond_adjoints(self) -> bool:
        """Whether the adjoint of a compiled loop need not follow it."""
        return self.needs.complex or self.needs.events or self.inside


def cases() -> Iterator[Case]:
    """Yield one case for each model; without the claim each has to be refused."""
    for name, problem in _problems().items():
        case = partial(Case, "gradients", needs=problem.needs, chains=problem.chains)
        sentence = f"of runs of {name} are those of differences, or are refused by name"
        yield case(sentence, partial(_in_place, _check, problem), exhaustive=problem.tier == "exhaustive")
        sentence = f"of runs of {name} are the same forwards, or are refused by name"
        yield case(sentence, partial(_in_place, _check_forwards, problem), exhaustive=problem.tier != "forwards")
        sentence = f"along runs of {name} are those of differences, or are refused by name"
        yield case(sentence, partial(_in_place, _check_along, problem), exhaustive=problem.tier != "forwards")
    yield Case("gradients", "no direction is claimed in which runs cannot be asked for derivatives", _check_directions)


def _problems() -> dict[str, Problem]:
    vector = Requirements(vector=True)
    return {
        "a single unit": Problem(
            _unit, {"p/op/k": 0, "p/op/c": 0}, {"p/op/x": 0}, "p/op/x", Requirements(), {"p/op/u": _wave()},
            samples="p/op/u", ways=True, tier="forwards",
        ),
        "a population with a number for all": Problem(
            _population, {"p/op/c": 0, "p/op/k": 9}, {"p/op/x": 9}, "p/op/z", vector
        ),
        "dense weights": Problem(
            partial(_network, np.cos(np.arange(81.0)).reshape(9, 9)), {"p/op/x->p/op/s/weight": 81, "p/op/c": 0}, {},
            "p/op/x", Requirements(vector=True, projections={"dense"}),
        ),
        "sparse weights": Problem(
            partial(_network, _sparse()), {"p/op/x->p/op/s/weight": 18, "p/op/k": 9}, {}, "p/op/x",
            Requirements(vector=True, projections={"sparse"}), options={"projections": "sparse"},
        ),
        "units that are reset": Problem(
            partial(events.network().circuit), {"pop/op/I": 3, "pop/op/v_reset": 0, "pop/op/d": 0}, {"pop/op/v": 3},
            "pop/op/v", Requirements(vector=True, events=True, projections={"dense"}), solver="heun",
        ),
        "edges between single units": Problem(
            _pair, {"a/op/x->b/op/s/weight": 0, "b/op/c": 0}, {"a/op/x": 0}, "b/op/x", Requirements()
        ),
        "delays per connection": Problem(
            _delayed, {"p/op/x->p/op/s/weight": 81, "p/op/c": 0, "p/op/k": 9}, {}, "p/op/x",
            Requirements(vector=True, delays={"ring"}, projections={"sparse"}), solver="euler",
        ),
        "delays of whole steps by their lengths": Problem(
            _late, {"a/op/x->b/op/s/weight": 0, "a/op/x->b/op/s/delay": 0}, {"a/op/x": 0}, "b/op/x",
            Requirements(delays={"ring"}), solver="euler", tier="exhaustive",
        ),
        "delays between steps": Problem(
            partial(_few, "x"), {"p/op/x->p/op/s/weight": 9, "p/op/x->p/op/s/delay": 9, "p/op/c": 0}, {"p/op/x": 3},
            "p/op/x", Requirements(vector=True, delays={"ring"}, projections={"sparse"}), ways=True,
        ),
        "delays inside steps": Problem(
            _inside, {"p/op/c": 0, "p/op/k": 0, "p/op/b": 0}, {"p/op/x": 0}, "p/op/x", Requirements(delays={"ring"}),
            tier="exhaustive", inside=True,
        ),
        "computed variables that are read late": Problem(
            partial(_few, "z"), {"p/op/z->p/op/s/delay": 9, "p/op/c": 0, "p/op/k": 3}, {"p/op/x": 3}, "p/op/z",
            Requirements(vector=True, delays={"ring"}, projections={"sparse"}), solver="heun",
            tier="exhaustive",
        ),
        "computed variables that are read inside steps": Problem(
            partial(_computed, "z = tanh(c*x) + 0.3*u - 0.1*t"), {"p/op/c": 0, "p/op/k": 0}, {"p/op/x": 0}, "p/op/z",
            Requirements(delays={"ring"}), {"p/op/u": _wave()}, samples="p/op/u", tier="exhaustive", inside=True,
        ),
        "computed variables in a network, inside steps by their delays": Problem(
            partial(_few, "z", 0.637), {"p/op/z->p/op/s/delay": 9, "p/op/c": 0, "p/op/k": 3}, {"p/op/x": 3}, "p/op/z",
            Requirements(vector=True, delays={"ring"}, projections={"sparse"}), tier="exhaustive", ways=True,
            inside=True,
        ),
        "delayed values that are delayed again, inside steps": Problem(
            partial(_computed, "z = tanh(c*past(x, b)) + 0.2*x", a=0.237 * H, b=1.31 * H),
            {"p/op/a": 0, "p/op/b": 0, "p/op/c": 0}, {"p/op/x": 0}, "p/op/z", Requirements(delays={"ring"}),
            tier="exhaustive", inside=True,
        ),
        "delayed values of whole steps that are delayed again": Problem(
            partial(_computed, "z = tanh(c*past(x, b)) + 0.2*x", a=10 * H, b=8 * H), {"p/op/c": 0, "p/op/k": 0},
            {"p/op/x": 0}, "p/op/z", Requirements(delays={"ring"}), tier="exhaustive", inside=True,
        ),
        "delays of 0, beside others": Problem(
            partial(_computed, "z = tanh(c*past(x, b)) + 0.2*past(x, d)", a=0.43 * H, b=0.0, d=2.17 * H),
            {"p/op/a": 0, "p/op/d": 0, "p/op/c": 0}, {"p/op/x": 0}, "p/op/z", Requirements(delays={"ring"}),
            tier="exhaustive", inside=True,
        ),
        "delays of one step": Problem(
            partial(_pair, delay=H), {"a/op/x->b/op/s/weight": 0, "b/op/c": 0}, {"a/op/x": 0}, "b/op/x",
            Requirements(delays={"ring"}), solver="heun", tier="exhaustive",
        ),
        "a gamma kernel": Problem(
            _spread, {"a/op/x->b/op/s/delay": 0, "a/op/x->b/op/s/weight": 0, "a/op/c": 0}, {"a/op/x": 0}, "b/op/x",
            vector, chains=True, tier="exhaustive",
        ),
        "a complex variable": Problem(
            _complex, {"p/op/w": 0, "p/op/g": 0}, {"p/op/z": 0}, "p/op/z", Requirements(complex=True), loss=_distance,
            solver="euler", tier="forwards",
        ),
        "complex units with complex weights": Problem(
            _complex_units, {"p/op/z->p/op/s/weight": 9, "p/op/g": 3, "p/op/w": 0}, {"p/op/z": 3}, "p/op/z",
            Requirements(complex=True, vector=True, projections={"dense"}), loss=_distance, ways=True,
            tier="exhaustive",
        ),
        "complex units that read each other late": Problem(
            partial(_complex_units, delays=H * (1.37 + 1.7 * np.arange(9.0)).reshape(3, 3)),
            {"p/op/z->p/op/s/weight": 9, "p/op/z->p/op/s/delay": 9, "p/op/g": 3}, {"p/op/z": 3}, "p/op/z",
            Requirements(complex=True, vector=True, delays={"ring"}, projections={"sparse"}), loss=_distance,
            tier="exhaustive",
        ),
        "complex units that read each other through gamma kernels": Problem(
            partial(_complex_units, delays=0.5, spread=0.3), {"p/op/z->p/op/s/weight": 9, "p/op/g": 3, "p/op/w": 0},
            {"p/op/z": 3}, "p/op/z", Requirements(complex=True, vector=True, projections={"dense"}), loss=_distance,
            chains=True, tier="exhaustive",
        ),
        "noise": Problem(
            _noisy, {"p/op/c": 0, "p/op/k": 0}, {"p/op/x": 0}, "p/op/x", Requirements(noise="additive"),
            solver="euler",
        ),
    }  # fmt: skip


def _wave() -> np.ndarray:
    return np.asarray(np.sin(np.arange(STEPS + 1.0)))


EQUATION = "x' = c*tanh(u + s) - k*x"
VALUES: dict[str, Any] = {"x": "output(0.4)", "u": "input(0.2)", "s": "input(0.0)", "k": 0.7, "c": 1.3}


def _unit() -> CircuitTemplate:
    return single(EQUATION, **VALUES)


def _population() -> CircuitTemplate:
    unit = node([EQUATION, "z = x^2*c"], z="variable(0.0)", **VALUES)
    return circuit(populations={"p": population(unit, 9, x=np.linspace(-1, 1, 9), k=np.linspace(0.1, 1, 9))})


def _network(weights: np.ndarray | SparseMatrix, **options: Any) -> CircuitTemplate:
    unit = node(EQUATION, **VALUES)
    return circuit(
        populations={"p": population(unit, 9, x=np.linspace(-1, 1, 9), k=np.linspace(0.1, 1, 9))},
        connections=[connectivity("p/op/x", "p/op/s", weights, **options)],
    )


def _sparse() -> SparseMatrix:
    """Return two connections of each unit."""
    weights = np.zeros((9, 9))
    rows = np.repeat(np.arange(9), 2)
    weights[rows, (np.arange(18) * 2 + rows) % 9] = np.linspace(0.5, 1.5, 18)
    return SparseMatrix.from_dense(weights, weights != 0)


def _delayed() -> CircuitTemplate:
    return _network(np.cos(np.arange(81.0)).reshape(9, 9), delays=H * (1 + np.arange(81).reshape(9, 9) % 5))


def _few(source: str, shortest: float = 5.37) -> CircuitTemplate:
    """Return three units, each of which reads all of them late; no delay is a number of whole steps."""
    unit = node([EQUATION, "z = x^2*c"], z="variable(0.0)", **VALUES)
    delays = H * (shortest + 1.7 * np.arange(9.0)).reshape(3, 3)
    return circuit(
        populations={"p": population(unit, 3, x=np.array([-1.0, 0.3, 0.8]), k=np.array([0.1, 0.5, 1.0]))},
        connections=[connectivity(f"p/op/{source}", "p/op/s", np.cos(np.arange(9.0)).reshape(3, 3), delays=delays)],
    )


def _inside() -> CircuitTemplate:
    """Return a unit that reads the step it is in, and bends two steps behind its start, so that samples are few."""
    equation = "x' = -c*past(x, a) + 0.5*past(x, b) + 0.3*cos(3*t) - k*x"
    return single(equation, x="output(0.4)", a=2 * H, b=0.37 * H, c=1.3, k=0.7)


def _computed(equation: str, a: float = 2 * H, **delays: float) -> CircuitTemplate:
    """Return a unit that reads a computed variable of its own late."""
    variables = {"x": "output(0.4)", "z": "variable(0.0)", "u": "input(0.2)", "k": 0.7, "c": 1.3, "a": a}
    equations = ["x' = -past(z, a) + 0.3*u - k*x", equation]
    return single(equations, **variables, **delays)


def _pair(**edge: float) -> CircuitTemplate:
    unit = node(EQUATION, **VALUES)
    return circuit(nodes={"a": unit, "b": unit}, edges=[("a/op/x", "b/op/s", None, {"weight": 0.8, **edge})])


def _late() -> CircuitTemplate:
    return _pair(delay=7 * H)


def _spread() -> CircuitTemplate:
    return _pair(delay=0.5, spread=0.3)


def _complex() -> CircuitTemplate:
    return single("z' = (g + I*w)*z - z*abs(z)^2", z="output(0.4+0.2j)", w=0.9, g=1.3 + 0.4j)


def _complex_units(**options: Any) -> CircuitTemplate:
    unit = node("z' = g*z + I*w*s - z*abs(z)^2", z="output(0.4+0.2j)", s="input(0.0)", w=0.9, g=0.7 + 0.4j)
    starts, gains = np.array([0.4 + 0.2j, -0.3j, 0.5 + 0j]), np.array([0.7 + 0.4j, 0.2 - 1j, 1.1 + 0j])
    weights = 0.5 * np.exp(1j * np.arange(9.0)).reshape(3, 3)
    return circuit(
        populations={"p": population(unit, 3, z=starts, g=gains)},
        connections=[connectivity("p/op/z", "p/op/s", weights, **options)],
    )


def _noisy() -> CircuitTemplate:
    return single(f"{EQUATION} + 0.3*xi", xi="noise", **VALUES)


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
        _expect_refusal(subject, "derivatives of runs", partial(model.gradient, _loss, paths))
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
        asked = partial(model.gradient, _loss, paths, mode="forward")
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


def _rows(outputs: Mapping[str, Any]) -> np.ndarray:
    found = outputs["found"]
    return np.asarray(found.detach() if hasattr(found, "detach") else found)


def _with(value: Callable[..., Any], argument: str, path: str, numbers: Any) -> Any:
    return value(**{argument: {path: numbers}})


def _loss(outputs: Mapping[str, Any]) -> Any:
    """Return a number that depends on several times and units, by what arrays of all libraries can do."""
    rows = outputs["found"]
    if len(rows.shape) == 1:
        return rows[-1] * rows[-2] + rows[3] * rows[3] * rows[3]
    return rows[-1, 0] * rows[-2, 1] + rows[3, 2] * rows[3, 2] * rows[3, 2] + rows[-1, -1]


def _told(loss: Callable[[Mapping[str, Any]], Any], outputs: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
    """Return a loss with its derivatives by outputs: what it is a bit off the real numbers tells them."""
    rows = outputs["found"]
    shifts = 1e-30j * np.eye(rows.size).reshape(rows.size, *rows.shape)
    slopes = [np.imag(loss({"found": rows + shift})) / 1e-30 for shift in shifts]
    return float(loss(outputs)), {"found": np.reshape(slopes, rows.shape)}


def _distance(outputs: Mapping[str, Any]) -> Any:
    """Return a real number that depends on both parts of complex outputs."""
    return abs(_loss(outputs) - 1.0)


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


def _check_directions(subject: Subject) -> None:
    unknown = sorted(subject.backend.capabilities.differentiation - {"adjoint", "reverse", "forward", "along"})
    known = "those in reverse, forward, along and adjoint"
    expect(not unknown, f"It claims derivatives {', '.join(unknown)}; runs can be asked for {known}.")
