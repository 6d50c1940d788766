"""The kit finds a backend that claims fused loops and takes its steps in Python; its numbers are right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rates_core.programs.program import Kernel, Program, ProgramRequest
from rates_core.testing import Oracle, backend_cases, check_backend
from rates_numba.backend import NumbaBackend
from rates_numba.compiled import load_module
from rates_numba.kernel import NumbaKernel, NumbaProgram

FAMILIES = {"fused loops", "purity"}


class SteppingKernel(NumbaKernel):
    loop = Kernel.loop


class SteppingProgram(NumbaProgram):
    def bind(self, arguments: Mapping[str, Any]) -> SteppingKernel:
        return SteppingKernel(self, load_module(self.source), arguments)


class Stepping(NumbaBackend):
    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        return SteppingProgram(request)


@pytest.mark.exhaustive
def test_steps_that_are_taken_in_python_fail_the_cases_of_fused_loops_alone() -> None:
    report = check_backend("numba", wrap=lambda backend: Stepping(), families=FAMILIES, oracle=Oracle())
    fused = {case.label for case in backend_cases() if case.family == "fused loops"}
    assert {outcome.label for outcome in report.failures} == fused, str(report)
    assert len(fused) == 5
    assert all(outcome.text.startswith("Steps are taken in Python: ") for outcome in report.failures)
