"""Events are read as they stand in a template."""

from __future__ import annotations

from typing import Any

import pytest
from rates_core.errors import RatesError, TemplateError, UnknownNameError
from rates_core.templates.event import Event


def test_numbers_in_an_event_become_text() -> None:
    assert Event.parse({"when": " v > 1 ", "set": {"v": -65.0}}) == Event("v > 1", {"v": "-65.0"})


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("v > 1", TemplateError, "An event is {'when': 'v > v_peak', 'set': {'v': 'v_reset'}}, not 'v > 1'."),
        (
            {"set": {"v": 0}},
            TemplateError,
            "An event is {'when': 'v > v_peak', 'set': {'v': 'v_reset'}}, not {'set': {'v': 0}}.",
        ),
        ({"when": "v > 1", "sets": {}}, UnknownNameError, "An event has no 'sets'. Did you mean 'set'?"),
        ({"when": "v > 1"}, TemplateError, "The event 'when: v > 1' neither sets nor emits a variable."),
        (
            {"when": "v > 1", "set": "v = 0"},
            TemplateError,
            "The 'set' of an event maps variables to expressions, not 'v = 0'.",
        ),
    ],
)
def test_a_malformed_event_is_refused(spec: Any, error: type[RatesError], message: str) -> None:
    with pytest.raises(error) as caught:
        Event.parse(spec)
    assert str(caught.value) == message
