"""No family of the kit can be left out: each finds a fault in computed values that no other one finds.

What the backend does not do itself, such as batches, it does here by a wrapper, which passes; its mutants do not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from attrs import define, evolve, frozen
from rates_core.delays.strategy import UniformHistory
from rates_core.expressions.tree import Apply, Expression, Symbol, transform
from rates_core.plugins import Capabilities, get_manager
from rates_core.programs.batch import Batch
from rates_core.programs.carry import Carry
from rates_core.programs.field import FieldFunctions, FieldProgram, FieldRequest, Function
from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import (
    Backend,
    FunctionRequest,
    FunctionSource,
    Kernel,
    MatrixProgram,
    Program,
    ProgramRequest,
)
from rates_core.programs.record import Columns
from rates_core.simulation.folder import FIELD
from rates_core.system.linearisation import Linearisation
from rates_core.system.system import Assign, Project, System
from rates_core.testing import Oracle, backend_cases, check_backend
from rates_core.testing.passing import PassingBackend, PassingKernel, PassingProgram

CLAIMS = get_manager().backend("numpy").capabilities
Mutant = Callable[[Backend], Backend]


def rewritten(system: System, change: Callable[[Expression], Expression]) -> System:
    """Return a System whose expressions have other nodes."""

    def of(expression: Expression) -> Expression:
        return transform(expression, change)

    return evolve(
        system,
        statements=tuple(
            evolve(item, expression=of(item.expression)) if isinstance(item, Assign) else item
            for item in system.statements
        ),
        derivatives=tuple(evolve(item, expression=of(item.expression)) for item in system.derivatives),
    )


# right sides and functions


def without_case(backend: Backend) -> Backend:
    """Take variables for the same whose names differ in capital letters only."""

    def changed(system: System) -> System:
        first: dict[str, str] = {}
        for path in [item.path for kind in (system.states, system.parameters, system.inputs) for item in kind]:
            first.setdefault(path.lower(), path)
        known = {item.target for item in system.statements}

        def merged(node: Expression) -> Expression:
            if isinstance(node, Symbol) and node.name not in known:
                return Symbol(first.get(node.name.lower(), node.name))
            return node

        return rewritten(system, merged)

    return PassingBackend(backend, changed=changed)


def without_pulses(backend: Backend) -> Backend:
    """Reset states, but send nothing."""

    def changed(system: System) -> System:
        pulses = {rule.emit for rule in system.events}
        return evolve(system, updates={path: after for path, after in system.updates.items() if path not in pulses})

    return PassingBackend(backend, changed=changed)


class WeightsBySource(PassingProgram):
    """Order the weights of projections from one source each by sources; it should be by targets."""

    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        moved = dict(arguments)
        for item in self.request.system.statements:
            if isinstance(item, Project) and item.form == "indexed" and item.index is not None:
                moved[item.weights] = np.asarray(arguments[item.weights])[np.argsort(arguments[item.index])]
        return super().bind(moved)


class StaleWeights(PassingProgram):
    """Bind weights once and for all."""

    kept: Mapping[str, Any] | None = None

    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        weights = [item.path for item in self.request.system.parameters if item.role == "weight"]
        self.kept = self.kept or {path: arguments[path] for path in weights}
        return super().bind({**arguments, **self.kept})


@frozen(eq=False)
class WrongByParameters(MatrixProgram):
    """Derivatives by parameters, of which there are not as many as states, with the wrong sign."""

    inner: MatrixProgram

    def bind(self, arguments: Mapping[str, Any]) -> Any:
        matrix = self.inner.bind(arguments)

        def wrong(*instant: Any) -> np.ndarray:
            found = np.asarray(matrix(*instant))
            return found if found.shape[0] == found.shape[1] else -found

        return wrong


class WrongMatrices(PassingBackend):
    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        return WrongByParameters(self.inner.jacobian(linearisation))


class WrongFunctions(PassingBackend):
    """Write functions whose last derivative has the wrong sign."""

    def function(self, request: FunctionRequest) -> FunctionSource:
        if request.linearisation is not None or request.name == FIELD:
            return self.inner.function(request)
        *others, last = request.system.derivatives
        wrong = evolve(last, expression=Apply("negative", (last.expression,)))
        return self.inner.function(evolve(request, system=evolve(request.system, derivatives=(*others, wrong))))


class StaleFields(PassingBackend):
    """Fields keep the parameters that they had first."""

    def field(self, request: FieldRequest) -> FieldProgram | None:
        found = self.inner.field(request)
        return None if found is None else _Stale(found)


@define
class _Stale(FieldProgram):
    inner: FieldProgram
    kept: FieldFunctions | None = None
    source = ""

    def bind(self, arguments: Mapping[str, Any]) -> FieldFunctions:
        self.kept = self.kept or self.inner.bind(arguments)
        return self.kept


#: Takes a function, and the one that was bound first; returns what takes its place where one state is given.
Wrong = Callable[[Function, Function], Function]


def of_one_state(wrong: Wrong) -> Mutant:
    """Return a mutant whose fields are right at many states at once only."""

    class WrongFields(PassingBackend):
        def field(self, request: FieldRequest) -> FieldProgram | None:
            found = self.inner.field(request)
            return None if found is None else _WrongAlone(found, wrong)

    return WrongFields


@define
class _WrongAlone(FieldProgram):
    inner: FieldProgram
    wrong: Wrong
    first: FieldFunctions | None = None
    source = ""

    def bind(self, arguments: Mapping[str, Any]) -> FieldFunctions:
        found = self.inner.bind(arguments)
        self.first = self.first or found
        rates, *matrices = map(self.apart, (found.rates, *found.matrices), (self.first.rates, *self.first.matrices))
        return FieldFunctions(rates, found.slots, tuple(matrices))

    def apart(self, function: Function, first: Function) -> Function:
        alone = self.wrong(function, first)
        return lambda y, inputs, reads: (alone if y.ndim == 1 else function)(y, inputs, reads)


def as_first(place: int) -> Wrong:
    """Return what gives all states the inputs, or the delayed values, that the first one is given."""

    def wrong(function: Function, first: Function) -> Function:
        kept: list[Any] = []

        def stale(y: np.ndarray, *given: Sequence[Any]) -> Any:
            kept.append(given[place])
            return function(y, *(kept[0] if number == place else values for number, values in enumerate(given)))

        return stale

    return wrong


class LinearPasts(PassingBackend):
    """Write functions that interpolate their past values linearly, whatever the method."""

    def function(self, request: FunctionRequest) -> FunctionSource:
        return self.inner.function(evolve(request, samples=2))


class LateStart(PassingBackend):
    """Write folders whose runs start elsewhere."""

    def folder(self, request: FolderRequest) -> Folder | None:
        return self.inner.folder(evolve(request, start=request.start + 1e-6))


# steps

#: Of order 4 with the nodes of the classical method, as it is for b3 = 1/3: Kutta's family, II.1 of Hairer's book.
OTHER_RK4 = {
    "matrix": ((), (1 / 2,), (1 / 6, 1 / 3), (0, -1 / 2, 3 / 2)),
    "weights": (1 / 6, 1 / 6, 1 / 2, 1 / 6),
}


class OtherCoefficients(PassingBackend):
    """Take other stages than asked for where nothing is read late; their order is the same."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        if request.tableau is not None and request.tableau.name == "rk4" and not request.system.reads:
            request = evolve(request, tableau=evolve(request.tableau, **OTHER_RK4))
        return super().program(request, options)


class PastsOfOthers(PassingKernel):
    """Give units the delayed values of their neighbours where steps are not those of the loop."""

    def rhs(self, t: float, y: Any, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> Any:
        return self.inner.rhs(t, y, inputs, tuple(np.roll(read, 1) for read in reads), draws)


@define(eq=False)
class Hasty(UniformHistory):
    """A past that has stages computed once where they rest on each other."""

    inner: UniformHistory

    def copy(self) -> UniformHistory:
        return Hasty(self.inner.copy())

    def begin(self, step: int, pieces: tuple[Any, ...]) -> int:
        return min(1, self.inner.begin(step, pieces))

    def read(self, step: int, node: float) -> tuple[Any, ...]:
        return self.inner.read(step, node)

    def stage(self, number: int, slopes: tuple[Any, ...]) -> None:
        self.inner.stage(number, slopes)


class StagesOnce(PassingKernel):
    def loop(self, carry: Carry, *arguments: Any) -> tuple[Carry, Columns]:
        if carry.history is None:
            return self.inner.loop(carry, *arguments)
        after, columns = self.inner.loop(evolve(carry, history=Hasty(carry.history)), *arguments)
        return evolve(after, history=after.history.inner), columns


class LateNumbers(PassingKernel):
    """Take the random numbers of the step before where a loop goes on from another one."""

    def loop(self, carry: Carry, inputs: Any, draws: Any, *arguments: Any) -> tuple[Carry, Columns]:
        own = [np.roll(table, 1, axis=0) for table in draws] if carry.step else draws
        return self.inner.loop(carry, inputs, own, *arguments)


class StrongNoise(PassingKernel):
    """Take white noise of half as much strength again; single random numbers are right."""

    def loop(self, carry: Carry, inputs: Any, draws: Any, *arguments: Any) -> tuple[Carry, Columns]:
        kinds = [draw.kind for draw in self.request.system.draws]
        own = [1.5 * table if kind == "noise" else table for kind, table in zip(kinds, draws, strict=True)]
        return self.inner.loop(carry, inputs, own, *arguments)


# what the backend does not do by itself


class Extended(PassingBackend):
    """A backend that knows many points at once, and single precision."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        inner = self.inner.program(evolve(request, precision="float64"), options)
        return self.wrapped(inner, partial(self.kernel, precision=request.precision))


EXTENDED = evolve(CLAIMS, batch=True, dtypes=("float64", "float32"))


class Rounding(PassingKernel):
    """A kernel that rounds if it is asked to."""

    single: Any = np.float32

    def __init__(self, inner: Kernel, request: ProgramRequest, precision: str) -> None:
        super().__init__(inner, request)
        self.rounds = precision == "float32"

    def rhs(self, *arguments: Any) -> Any:
        return self.rounded(self.inner.rhs(*arguments))

    def loop(self, carry: Carry, *arguments: Any) -> tuple[Carry, Columns]:
        if not self.rounds:
            return self.inner.loop(carry, *arguments)
        return Kernel.loop(self, evolve(carry, y=self.rounded(carry.y)), *arguments)

    def rounded(self, values: Any) -> Any:
        return np.asarray(values).astype(self.single).astype(float) if self.rounds else values


class Half(Rounding):
    """Carry 3 digits in single precision."""

    single = np.float16


@frozen(eq=False)
class EachPoint(Batch):
    """The kernels of many points."""

    kernels: Sequence[Kernel]

    def loop(
        self, carries: Sequence[Carry], inputs: Any, draws: Any, step_size: float, samples: int, stride: int
    ) -> tuple[list[Carry], Columns]:
        found = [
            kernel.loop(
                carry, [[self.of(table, place) for table in node] for node in inputs],
                [self.of(table, place) for table in draws], step_size, samples, stride,
            )
            for place, (kernel, carry) in enumerate(zip(self.kernels, carries, strict=True))
        ]  # fmt: skip
        rows = zip(*(columns for _, columns in found), strict=True)
        return [carry for carry, _ in found], tuple(np.stack(parts) for parts in rows)

    def of(self, table: np.ndarray, place: int) -> np.ndarray:
        return table[place % len(table)]


class FedLikeTheFirst(EachPoint):
    """Feed all points what the first one is fed."""

    def of(self, table: np.ndarray, place: int) -> np.ndarray:
        return table[0]


class OfPoints(PassingProgram):
    """A program that binds many points at once."""

    batch: Callable[[Sequence[Kernel]], Batch] = EachPoint

    def bind_many(self, arguments: Mapping[str, np.ndarray], points: int) -> Batch:
        each = [{path: values[place % len(values)] for path, values in arguments.items()} for place in range(points)]
        return self.batch([self.bind(own) for own in each])


class OfPointsFedAlike(OfPoints):
    batch = FedLikeTheFirst


def extended(kernel: Any = Rounding, wrapped: Callable[..., Program] = OfPoints) -> Mutant:
    return lambda backend: Extended(backend, kernel, wrapped)


# what the kit says


@frozen(eq=False)
class Fault:
    """A mutant, and the names of the cases that it fails, all of one family."""

    mutant: Mutant
    cases: set[str]
    claims: Capabilities = CLAIMS


def with_kernel(kernel: Callable[[Kernel, ProgramRequest], Kernel]) -> Mutant:
    """Return a backend whose kernels are wrapped, those of many points too."""
    return lambda backend: PassingBackend(backend, kernel, OfPoints)


def with_program(wrapped: Callable[..., Program]) -> Mutant:
    return lambda backend: PassingBackend(backend, wrapped=wrapped)


BUFFERED = {
    "steps with a written function and its buffer keep their order",
    *(
        f"a written function reads {kind} polynomials of the order of the method from its buffer"
        for kind in ("real", "complex")
    ),
}
FAULTS: dict[str, Fault] = {
    "projections": Fault(
        with_program(WeightsBySource),
        {"one source per target, in any order", "equal nodes in a ring of edges keep their neighbours"},
    ),
    "trajectories": Fault(
        OtherCoefficients,
        {
            "rk4 goes where the oracle goes with a mean field of quadratic neurons and a sampled input",
            "rk4 goes where the oracle goes with excitation and inhibition between populations with an input for each "
            "unit",
        },
    ),
    "accuracy": Fault(
        with_kernel(PastsOfOthers),
        {"a method that chooses its steps solves a population whose connections have a delay each"},
    ),
    "delays": Fault(
        with_kernel(StagesOnce),
        {
            *(f"{method} reads an edge delayed by 0.37 steps" for method in ("heun", "rk4", "bogacki_shampine")),
            "dormand_prince_8 reads an edge delayed by 0.37 steps",
            "bogacki_shampine reads the past of a state 0.37 steps ago",
            "dormand_prince reads the past of a computed variable 0.37 steps ago",
            "heun reads a delayed variable that is delayed again",
            "bogacki_shampine reads connections of computed variables with a delay each",
        },
    ),
    "fields": Fault(StaleFields, {"parameters have the values that are bound"}),
    "names": Fault(
        without_case,
        {"inputs may be called like symbols of mathematics", "states may be called like each other but for the case"},
    ),
    "structure": Fault(with_program(StaleWeights), {"a changed weight has its effect and generates nothing"}),
    "continuation of runs": Fault(with_kernel(LateNumbers), {"euler goes on with noise"}),
    "batches": Fault(
        extended(wrapped=OfPointsFedAlike),
        {
            "points of a unit with an input of each give what runs of each give",
            "points of noise of seeds of their own give what runs of each give",
        },
        EXTENDED,
    ),
    "events": Fault(
        without_pulses,
        {
            "units of a population that are reset and send pulses, with rk4",
            "pulses come late, with heun",
            "elements of a vector are reset by themselves, with dormand_prince_8",
            "units of a population that are reset and send pulses, located inside steps",
            "pulses that come late are jumps",
        },
    ),
    "noise": Fault(with_kernel(StrongNoise), {"white noise has unit strength"}),
    "precision": Fault(extended(Half), {"float32 carries 7 digits"}, EXTENDED),
    "jacobian": Fault(WrongMatrices, {"derivatives by parameters are right"}),
    "files": Fault(
        WrongFunctions,
        {
            "a written function gives the derivative where there is no rates",
            "an input that is a function of time stays one, or is refused by name",
            *BUFFERED,
        },
    ),
    "folders": Fault(
        LateStart,
        {
            "the folder of a population and delayed variables runs by heun where there is no rates",
            "parameters may have the names that the files of a folder use",
        },
    ),
}

#: Families whose faults stand elsewhere, and where.
ELSEWHERE = {
    "functions": "'wrong round' in test_mutants.py",
    "purity": "'aliased output' in test_mutants.py",
    "determinism": "'seed ignored' in test_mutants.py",
    "orders": "coefficients of solvers in rates-runge-kutta: backend and oracle read the same ones",
    "fused loops": "steps in Python in rates-numba",
    "gradients": "in rates-torch",
    "devices": "in rates-torch",
}


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle()


def failed(fault: Fault, oracle: Oracle, families: Collection[str] | None) -> set[str]:
    report = check_backend("numpy", wrap=fault.mutant, capabilities=fault.claims, families=families, oracle=oracle)
    return {outcome.label for outcome in report.failures}


def test_each_family_has_a_fault_that_it_alone_finds() -> None:
    assert sorted([*FAULTS, *ELSEWHERE]) == sorted({case.family for case in backend_cases()})


@pytest.mark.parametrize("family", FAULTS)
def test_a_family_finds_its_fault(family: str, oracle: Oracle) -> None:
    fault = FAULTS[family]
    assert failed(fault, oracle, [family]) == {f"{family}: {name}" for name in fault.cases}


@pytest.mark.exhaustive
@pytest.mark.parametrize("family", FAULTS)
def test_no_other_family_finds_that_fault(family: str, oracle: Oracle) -> None:
    fault = FAULTS[family]
    assert failed(fault, oracle, None) == {f"{family}: {name}" for name in fault.cases}


def test_pasts_that_are_linear_between_steps_are_found(oracle: Oracle) -> None:
    found = failed(Fault(LinearPasts, set()), oracle, ["files", "delays"])
    assert found == {f"files: {name}" for name in BUFFERED}


@pytest.mark.parametrize(
    ("wrong", "cases"),
    [
        (lambda function, first: first, {"parameters have the values that are bound"}),
        (as_first(0), {"inputs are given with each call"}),
        (as_first(1), {"what is read late is given"}),
    ],
)
def test_functions_that_are_stale_for_one_state_are_found(wrong: Wrong, cases: set[str], oracle: Oracle) -> None:
    assert failed(Fault(of_one_state(wrong), set()), oracle, ["fields"]) == {f"fields: {name}" for name in cases}


def test_functions_that_are_wrong_for_one_state_are_found_in_every_case(oracle: Oracle) -> None:
    def moved(function: Function, first: Function) -> Function:
        return lambda y, inputs, reads: 0.3 + 1.7 * np.asarray(function(y, inputs, reads))

    wrong = failed(Fault(of_one_state(moved), set()), oracle, ["fields"])
    assert wrong == {case.label for case in backend_cases() if case.family == "fields"}


def test_what_the_backend_is_extended_by_is_right(oracle: Oracle) -> None:
    report = check_backend(
        "numpy", wrap=extended(), capabilities=EXTENDED, families=["batches", "precision"], oracle=oracle
    )
    assert report.ok, str(report)
    assert not report.of("refused")
