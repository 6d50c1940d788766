"""The kit finds backends whose gradients, or own steps of many points, are wrong: mutants fail their cases alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from attrs import evolve
from rates_core.programs.arrays.runtime import ArrayRuntime
from rates_core.testing import Oracle, backend_cases, check_backend
from rates_torch.backend import TorchBackend, TorchRuntime
from rates_torch.language import TORCH

FAMILIES = {"gradients", "purity"}
LABELS = {case.label for case in backend_cases() if case.family == "gradients" and " of runs of " in case.label}
SMOOTH = {label for label in LABELS if "see smooth steps" in label}
DIFFERENCES = {label for label in LABELS if "are those of differences" in label} | SMOOTH  # which know the right values


def negated(loss: Any, found: list[Any]) -> tuple[Any, list[Any]]:
    return loss, [-part for part in found]


def in_single_precision(loss: Any, found: list[Any]) -> tuple[Any, list[Any]]:
    return loss, [part.float().double() for part in found]


def detached(loss: Any, found: list[Any]) -> tuple[Any, list[Any]]:
    return loss, [torch.zeros_like(part) for part in found]


def swapped(loss: Any, found: list[Any]) -> tuple[Any, list[Any]]:
    return loss, [part if part.ndim != 1 else part.flip(0) for part in found]


def of_twice_the_loss(loss: Any, found: list[Any]) -> tuple[Any, list[Any]]:
    return 2 * loss, found


@pytest.mark.parametrize(
    ("change", "some"),
    [
        (in_single_precision, False),
        (swapped, True),
        *(
            pytest.param(change, False, marks=pytest.mark.exhaustive)
            for change in (negated, detached, of_twice_the_loss)
        ),
    ],
)
def test_a_wrong_gradient_fails_the_cases_of_gradients(change: Callable[..., Any], some: bool) -> None:
    class Runtime(TorchRuntime):
        def differentiated(self, outputs: Callable[..., Any], forward: bool) -> Callable[..., Any]:
            right = super().differentiated(outputs, forward)
            return lambda *given: change(*right(*given))

    class Wrong(TorchBackend):
        def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
            return Runtime(precision, compiled=False)

    report = check_backend("torch", wrap=lambda backend: Wrong(), families=FAMILIES, oracle=Oracle())
    failed = {outcome.label for outcome in report.failures}
    assert failed
    assert failed <= LABELS if some else failed == DIFFERENCES, str(report)


@pytest.mark.parametrize(
    "wrong", ["0.25 * slope * x", pytest.param("0.5 * slope * x.detach()", marks=pytest.mark.exhaustive)]
)
def test_wrong_smooth_steps_fail_their_case_alone(wrong: str) -> None:
    text, right = TORCH.helpers["crossed"], "0.5 * slope * x"
    assert right in text

    class Wrong(TorchBackend):
        language = evolve(TORCH, helpers={**TORCH.helpers, "crossed": text.replace(right, wrong)})

    report = check_backend("torch", wrap=lambda backend: Wrong(), families={"gradients"}, oracle=Oracle())
    assert {outcome.label for outcome in report.failures} == SMOOTH, str(report)


@pytest.mark.parametrize(
    ("helper", "right", "wrong"),
    [
        ("fed", "share = (place - k)", "share = 0 * (place - k)"),
        ("put", "place[:, 0]]", "(place[:, 0] - 1) % rows.shape[1]]"),
    ],
)
def test_a_wrong_loop_of_an_embedded_pair_fails_the_cases_of_points_with_steps_of_their_own(
    helper: str, right: str, wrong: str
) -> None:
    text = TORCH.helpers[helper]
    assert right in text

    class Wrong(TorchBackend):
        language = evolve(TORCH, helpers={**TORCH.helpers, helper: text.replace(right, wrong)})

    report = check_backend("torch", wrap=lambda backend: Wrong(), families={"batches"}, oracle=Oracle())
    assert report.failures
    assert all("each with its own steps" in outcome.label for outcome in report.failures), str(report)


def test_a_named_device_with_less_precision_fails_the_case_of_devices() -> None:
    class Wrong(TorchBackend):
        def runtime(self, precision: str, options: Mapping[str, Any]) -> ArrayRuntime:
            return super().runtime("float32" if options.get("device") else precision, options)

    report = check_backend("torch", wrap=lambda backend: Wrong(), families={"devices", "precision"}, oracle=Oracle())
    failed = {outcome.label for outcome in report.failures}
    assert failed == {"devices: a model runs on every device that is claimed"}, str(report)
