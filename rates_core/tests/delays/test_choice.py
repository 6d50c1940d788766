"""Which delay strategy is taken: one made for the backend, the one in the box, the only other one; never any."""

from __future__ import annotations

import pytest

LIGHT = """
from rates_core.plugins import DelayStrategySpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_delay_strategies():
    yield DelayStrategySpec({name!r}, "a:b", summary="-", {options})
"""
UNIFORM = 'kind="storage", grid="uniform"'
ACCEPTED = 'kind="storage", grid="accepted"'
AUGMENT = 'kind="augment"'
OWN = f'{UNIFORM}, backends=["numpy"]'


@pytest.fixture
def choice(installation):
    """Return a function that installs strategies, one distribution each, and returns the name that is chosen."""

    def choose(expression, **strategies):
        for name, options in strategies.items():
            installation.add(f"rates-of-{name}", LIGHT.format(name=name, options=options))
        code = f"found = __import__('rates_core.delays.choice', fromlist=['*']).{expression}.name"
        return installation.error(f"{code}; raise RatesError(found)").removeprefix("RatesError: ")

    return choose


@pytest.mark.parametrize(
    ("expression", "strategies", "chosen"),
    [
        ("chosen_storage('ring', 'numpy')", {"ring": UNIFORM, "other": UNIFORM}, "ring"),
        ("chosen_storage('ring', 'numpy')", {"ring": UNIFORM, "own": OWN}, "own"),
        ("chosen_storage('ring', 'numba')", {"ring": UNIFORM, "own": OWN}, "ring"),
        ("chosen_storage('ring', 'numpy')", {"other": UNIFORM, "accepted": ACCEPTED, "chains": AUGMENT}, "other"),
        ("chosen_storage('history', 'numpy')", {"other": UNIFORM, "accepted": ACCEPTED}, "accepted"),
        ("chosen_augmentation()", {"gamma": AUGMENT, "chains": AUGMENT}, "gamma"),
        ("chosen_augmentation()", {"chains": AUGMENT, "ring": UNIFORM}, "chains"),
    ],
)
def test_one_is_chosen(choice, expression, strategies, chosen):
    assert choice(expression, **strategies) == chosen


DISABLE = "Disable all but one with RATES_DISABLE_PLUGINS."


@pytest.mark.parametrize(
    ("expression", "strategies", "text"),
    [
        (
            "chosen_storage('ring', 'numpy')",
            {"ring": UNIFORM, "one": OWN, "two": OWN},
            "AmbiguousPluginError: Several storages of delayed variables made for the backend 'numpy' are installed: "
            f"'one' of rates-of-one, 'two' of rates-of-two. {DISABLE}",
        ),
        (
            "chosen_storage('ring', 'numpy')",
            {"one": UNIFORM, "two": UNIFORM},
            "AmbiguousPluginError: Several storages of delayed variables are installed: 'one' of rates-of-one, 'two' "
            f"of rates-of-two. {DISABLE}",
        ),
        (
            "chosen_augmentation()",
            {"one": AUGMENT, "two": AUGMENT},
            "AmbiguousPluginError: Several augmentations are installed: 'one' of rates-of-one, 'two' of rates-of-two. "
            + DISABLE,
        ),
        (
            "chosen_storage('ring', 'numba')",
            {"own": OWN},
            "UnknownNameError: The delay strategy 'ring' is not installed. Install it with: pip install "
            "rates-delay-ring. Installed delay strategies: own.",
        ),
        (
            "chosen_augmentation()",
            {},
            "UnknownNameError: The delay strategy 'gamma' is not installed. Install it with: pip install "
            "rates-delay-gamma. No delay strategy is installed.",
        ),
    ],
)
def test_none_is_chosen_at_random(choice, expression, strategies, text):
    assert choice(expression, **strategies) == text


def test_two_owners_of_the_name_in_the_box_are_an_error_although_another_one_fits(choice, installation):
    installation.add("rates-second", LIGHT.format(name="ring", options=UNIFORM))
    assert choice("chosen_storage('ring', 'numpy')", ring=UNIFORM, other=UNIFORM) == (
        "AmbiguousPluginError: The delay strategy 'ring' is offered by rates-of-ring and by rates-second. "
        "Disable one, for example with RATES_DISABLE_PLUGINS=rates-second, or uninstall it."
    )
