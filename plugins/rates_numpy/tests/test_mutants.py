"""The kit finds wrong backends: each is the right one, wrapped from outside, and fails what is named for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import define, evolve, frozen
from rates_core.delays.strategy import UniformHistory
from rates_core.expressions.tree import Apply, Expression, Number, transform
from rates_core.plugins import Capabilities, Requirements
from rates_core.programs.carry import Carry
from rates_core.programs.program import Backend, Kernel, ProgramRequest
from rates_core.programs.record import Columns
from rates_core.simulation.draws import Draws
from rates_core.system.system import Assign, System
from rates_core.testing import Oracle, Report, backend_cases, check_backend
from rates_core.testing.passing import PassingBackend, PassingKernel, PassingProgram

Mutant = Callable[[Backend], Backend]


def with_kernel(kernel: Callable[[Kernel, ProgramRequest], Kernel]) -> Mutant:
    return lambda backend: PassingBackend(backend, kernel)


class WithoutLoop(PassingKernel):
    """No mutant: a backend that leaves the loop to core."""

    loop = Kernel.loop


# wrong numbers


def wrong_sign(backend: Backend) -> Backend:
    """Take the last derivative with the wrong sign."""

    def changed(system: System) -> System:
        if not system.derivatives:
            return system
        *others, last = system.derivatives
        wrong = evolve(last, expression=Apply("negative", (last.expression,)))
        return evolve(system, derivatives=(*others, wrong))

    return PassingBackend(backend, changed=changed)


def wrong_round(backend: Backend) -> Backend:
    """Round halves up instead of to the even number."""

    def halves_up(node: Expression) -> Expression:
        if isinstance(node, Apply) and node.function == "round":
            return Apply("floor", (Apply("add", (node.arguments[0], Number(0.5))),))
        return node

    def changed(system: System) -> System:
        return evolve(
            system,
            statements=tuple(
                Assign(item.target, transform(item.expression, halves_up)) if isinstance(item, Assign) else item
                for item in system.statements
            ),
            derivatives=tuple(
                evolve(item, expression=transform(item.expression, halves_up)) for item in system.derivatives
            ),
        )

    return PassingBackend(backend, changed=changed)


class Single(PassingKernel):
    """Compute in float32."""

    def rhs(self, *arguments: Any) -> Any:
        return np.asarray(self.inner.rhs(*arguments), dtype=np.float32).astype(float)

    def loop(self, carry: Carry, *arguments: Any) -> tuple[Carry, Columns]:
        after, columns = self.inner.loop(carry, *arguments)
        kept = tuple(_single(column) for column in columns)
        return evolve(after, y=np.asarray(after.y, dtype=np.float32).astype(float)), kept


def _single(value: Any) -> Any:
    kind = np.complex64 if np.iscomplexobj(value) else np.float32
    return np.asarray(value).astype(kind).astype(complex if kind is np.complex64 else float)[()]


class WithoutImaginary(PassingKernel):
    """Claim complex numbers and drop their imaginary parts."""

    def rhs(self, *arguments: Any) -> Any:
        return self._dropped(np.array(self.inner.rhs(*arguments)))

    def loop(self, carry: Carry, *arguments: Any) -> tuple[Carry, Columns]:
        after, columns = self.inner.loop(carry, *arguments)
        return after, tuple(column.real + 0j if np.iscomplexobj(column) else column for column in columns)

    def _dropped(self, y: np.ndarray) -> np.ndarray:
        for state in self.request.system.states:
            if state.complex:
                y[state.offset + 1 : state.offset + state.width : 2] = 0.0
        return y


# wrong steps


class HalfStep(PassingKernel):
    """Go half a step where a whole one is asked for."""

    def loop(
        self, carry: Carry, inputs: Any, draws: Any, step_size: float, samples: int, stride: int
    ) -> tuple[Carry, Columns]:
        after, columns = self.inner.loop(carry, inputs, draws, step_size / 2, samples, stride)
        return evolve(after, time=after.step * step_size), columns


class OneSampleLate(PassingKernel):
    """Take the input of the step before."""

    def loop(self, carry: Carry, inputs: Any, *arguments: Any) -> tuple[Carry, Columns]:
        late = [[table[np.maximum(np.arange(len(table)) - 1, 0)] for table in tables] for tables in inputs]
        return self.inner.loop(carry, late, *arguments)


class TimeAnew(PassingKernel):
    """Begin each call with time 0."""

    def loop(
        self, carry: Carry, inputs: Any, draws: Any, step_size: float, samples: int, stride: int
    ) -> tuple[Carry, Columns]:
        if carry.history is not None:
            return self.inner.loop(carry, inputs, draws, step_size, samples, stride)
        after, columns = self.inner.loop(evolve(carry, step=0), inputs, draws, step_size, samples, stride)
        step = carry.step + samples * stride
        return evolve(after, step=step, time=step * step_size), columns


@define(eq=False)
class Late(UniformHistory):
    """A past that is a step older than it should be."""

    inner: UniformHistory

    def copy(self) -> UniformHistory:
        return Late(self.inner.copy())

    def begin(self, step: int, pieces: tuple[Any, ...]) -> int:
        return self.inner.begin(step, pieces)

    def read(self, step: int, node: float) -> tuple[Any, ...]:
        return self.inner.read(max(step - 1, 0), node)

    def stage(self, number: int, slopes: tuple[Any, ...]) -> None:
        self.inner.stage(number, slopes)


class OneStepOld(PassingKernel):
    """Read delayed values a step too late."""

    def loop(self, carry: Carry, *arguments: Any) -> tuple[Carry, Columns]:
        if carry.history is None:
            return self.inner.loop(carry, *arguments)
        after, columns = self.inner.loop(evolve(carry, history=Late(carry.history)), *arguments)
        return evolve(after, history=after.history.inner), columns


# what is kept where nothing should be


class Aliased(PassingKernel):
    """Return one buffer again and again."""

    def __init__(self, inner: Kernel, request: ProgramRequest) -> None:
        super().__init__(inner, request)
        self.buffer = np.zeros(request.system.width)

    def rhs(self, *arguments: Any) -> Any:
        self.buffer[:] = self.inner.rhs(*arguments)
        return self.buffer


class MutatedCarry(PassingKernel):
    """Write the new state over the old one."""

    def loop(self, carry: Carry, *arguments: Any) -> tuple[Carry, Columns]:
        after, columns = self.inner.loop(carry, *arguments)
        carry.y[:] = after.y
        return after, columns


class Stale(PassingProgram):
    """Bind parameters once and for all."""

    kept: Kernel | None = None

    def bind(self, arguments: Mapping[str, Any]) -> Kernel:
        self.kept = self.kept or super().bind(arguments)
        return self.kept


def stale(backend: Backend) -> Backend:
    return PassingBackend(backend, wrapped=Stale)


class Unseeded(PassingKernel):
    """Draw the same numbers whatever the seed."""

    def loop(self, carry: Carry, inputs: Any, draws: Any, step_size: float, samples: int, stride: int) -> Any:
        own = Draws(self.request.system, 99).tables(carry.step, samples * stride, step_size)
        return self.inner.loop(carry, inputs, own, step_size, samples, stride)


# claims


@frozen
class Lenient(Capabilities):
    """Claims that let everything pass."""

    def missing(self, requirements: Requirements) -> tuple[str, ...]:
        return ()


# what the kit says

MUTANTS: dict[str, Mutant] = {
    "wrong sign": wrong_sign,
    "float32": with_kernel(Single),
    "half a step": with_kernel(HalfStep),
    "input off by one": with_kernel(OneSampleLate),
    "delay off by one": with_kernel(OneStepOld),
    "dropped imaginary part": with_kernel(WithoutImaginary),
    "stale parameters": stale,
    "wrong round": wrong_round,
    "aliased output": with_kernel(Aliased),
    "mutated carry": with_kernel(MutatedCarry),
    "seed ignored": with_kernel(Unseeded),
    "time anew": with_kernel(TimeAnew),
    "nothing": with_kernel(PassingKernel),
    "no loop of its own": with_kernel(WithoutLoop),
}


def both(text: str) -> set[str]:
    return {f"{text}, of single units", f"{text}, of populations"}


#: Those that fail more than a few cases: the list of them stands in a file, one in a line.
LISTED = (
    "wrong sign",  # van der Pol's oscillator runs away, so that two runs of it end in errors
    "float32",  # rounding depends on where a run is cut
    "half a step",
    "input off by one",
    "delay off by one",
    "dropped imaginary part",
    "stale parameters",
)
#: Each costs a run of the whole kit, and others are found like it.
DEAR = {"float32", "half a step", "delay off by one", "wrong round", "no loop of its own"}
LISTS = Path(__file__).with_name("mutants")

CASES: dict[str, set[str]] = {
    "wrong round": {
        "functions: 'round(a)' has its value in a single unit",
        "functions: 'round(a)' has its value in every unit of a population",
        "functions: 'round(a)' has its value where all are parameters",
    },
    "aliased output": both("purity: derivatives are not changed by later calls")
    | {  # what a step ends with is kept while events are looked for inside it
        "events: pulses that come late are jumps",
        "events: units of a population that are reset and send pulses, located inside steps",
    },
    "mutated carry": both("purity: the carry is not changed by a loop")
    | both("purity: the same loop twice gives the same")
    | both("purity: two kernels of one program do not meet"),
    "seed ignored": {
        "determinism: another seed gives another path in a single unit",
        "determinism: another seed gives another path in a population",
        "batches: points of noise of seeds of their own give what runs of each give",
    },
    "time anew": {
        "determinism: rows do not depend on how many there are with a force that is a function of time",
        "continuation of runs: rk4 goes on with an oscillator, its time and its input",
    },
    "nothing": set(),
    "no loop of its own": set(),
}


class Reports:
    """The reports of the mutants, each made once."""

    def __init__(self) -> None:
        self.oracle = Oracle()
        self._known: dict[str, Report] = {}

    def __getitem__(self, name: str) -> Report:
        if name not in self._known:
            self._known[name] = check_backend("numpy", wrap=MUTANTS[name], oracle=self.oracle)
        return self._known[name]


@pytest.fixture(scope="module")
def reports() -> Reports:
    return Reports()


def labels(report: Report) -> set[str]:
    return {outcome.label for outcome in report.failures}


def list_of(name: str) -> Path:
    return LISTS / f"{name.replace(' ', '_')}.txt"


def write_lists() -> None:
    """Write the cases that each of `LISTED` fails; read the difference before you keep it.

    `python plugins/rates_numpy/tests/test_mutants.py` does it, where all that the tests of this plugin need is
    installed. A case more or less is right if the mutant cannot help it, or should not be found by it.
    """
    found = Reports()
    LISTS.mkdir(exist_ok=True)
    for name in LISTED:
        list_of(name).write_text("".join(f"{label}\n" for label in sorted(labels(found[name]))), encoding="utf-8")


def in_tiers(names: Iterable[str]) -> list[Any]:
    """Return names as parameters, the dear ones in the exhaustive tier."""
    return [pytest.param(name, marks=pytest.mark.exhaustive) if name in DEAR else name for name in names]


@pytest.mark.parametrize("name", in_tiers(LISTED))
def test_a_mutant_fails_the_cases_of_its_list(name: str, reports: Reports) -> None:
    assert labels(reports[name]) == set(list_of(name).read_text(encoding="utf-8").splitlines())


def test_lists_are_of_cases_that_there_are() -> None:
    lists = {path.name: path.read_text(encoding="utf-8").splitlines() for path in LISTS.iterdir()}
    assert lists.keys() == {list_of(name).name for name in LISTED}
    known = {case.label for case in backend_cases()}
    for lines in lists.values():
        assert lines == sorted(set(lines))
        assert set(lines) <= known


@pytest.mark.parametrize("name", in_tiers(CASES))
def test_a_mutant_fails_the_cases_that_are_named_for_it(name: str, reports: Reports) -> None:
    assert labels(reports[name]) == CASES[name], str(reports[name])


def test_stale_parameters_fail_where_parameters_are_set(reports: Reports) -> None:
    words = ("parameters", "changed", "a value for", "one parameter", "kernels", "a point that", "points of")
    assert all(any(word in label for word in words) for label in labels(reports["stale parameters"]))


def test_a_dropped_imaginary_part_fails_complex_models_only(reports: Reports) -> None:
    assert labels(reports["dropped imaginary part"]) <= {case.label for case in backend_cases() if case.needs.complex}


def test_an_input_off_by_one_fails_models_with_an_input_only(reports: Reports) -> None:
    failed = {label for label in labels(reports["input off by one"]) if label.startswith("trajectories")}
    assert all(any(word in label for word in ("input", "a force", "a row every")) for label in failed)
    assert len(failed) > 8


def test_a_silent_fallback_is_found_in_every_case_that_should_be_refused(reports: Reports) -> None:
    """Not claimed are populations, but they are run as if they were: the numbers are right, the claims are not."""
    fallback = Lenient(vector=False, projections=())
    report = check_backend("numpy", capabilities=fallback, oracle=reports.oracle)
    unclaimed = {case.label for case in backend_cases() if Capabilities.missing(fallback, case.needs)}
    assert labels(report) == {f"refusals: {label}" for label in unclaimed}
    accepted = [item for item in report.failures if item.text.endswith("not refused, and the numbers are right.")]
    assert len(accepted) >= len(report.failures) - 1  # float32, which the backend does not have, goes wrong


def test_what_is_not_claimed_is_refused_by_name(reports: Reports) -> None:
    claims = Capabilities(vector=False, projections=(), functions={"add", "subtract", "multiply", "divide", "sin"})
    report = check_backend("numpy", capabilities=claims, oracle=reports.oracle)
    assert report.ok, str(report)
    assert len(report.of("refused")) > 600
    assert len(report.of("passed")) > 30


if __name__ == "__main__":
    write_lists()
