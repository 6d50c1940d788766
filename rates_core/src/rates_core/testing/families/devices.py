"""Devices: models run on each that is claimed, chosen by the option `device`, and on no other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rates_core.errors import PluginError, RatesError
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.parts import single
from rates_core.testing.subject import Subject

H, STEPS = 0.1, 20
OPTION = "device"


def cases() -> Iterator[Case]:
    """Yield what is claimed, and what is not; a backend of the processor alone needs no option for it."""
    yield Case("devices", "a model runs on every device that is claimed", _check_claimed)
    yield Case("devices", "a device that is not claimed is refused", _check_unclaimed)


def _decay() -> CircuitTemplate:
    return single("x' = -x", x="output(1.1)")


def _check_claimed(subject: Subject) -> None:
    claimed = subject.backend.capabilities.devices
    expect(bool(claimed), "It claims no device at all.")
    if claimed == ("cpu",) and not _has_option(subject):
        return  # all other cases run there
    named = ", ".join(claimed)
    expect(_has_option(subject), f"It claims the devices {named}, and has no option '{OPTION}' to choose one by.")
    for device in claimed:
        try:
            frame = subject.run(_decay(), STEPS * H, "euler", H, outputs=["p/op/x"], device=device)
        except PluginError as error:  # that is what a machine without it is told
            expect(device != "cpu", f"The processor is refused: {error}")
            expect(device in str(error), f"The refusal does not name '{device}': {error}")
            continue
        wanted = 1.1 * (1 - H) ** np.arange(STEPS)
        expect_close(f"A decay on '{device}'", frame["p/op/x"].to_numpy(), wanted)


def _check_unclaimed(subject: Subject) -> None:
    try:
        subject.run(_decay(), STEPS * H, "euler", H, outputs=["p/op/x"], device="abacus")
    except RatesError as error:
        expect(OPTION in str(error), f"The refusal does not name the option '{OPTION}': {error}")
        return
    expect(False, "A model runs on a device that is not claimed.")


def _has_option(subject: Subject) -> bool:
    return OPTION in (option.name for option in subject.backend.options)
