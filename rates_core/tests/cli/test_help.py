"""Every command of the box explains itself, with an example, in a moment."""

from __future__ import annotations

import pytest
from rates_core.cli.parser import actions_of, command_parser
from rates_core.plugins.builtin import rates_commands

SPECS = {spec.name: spec for spec in rates_commands()}


@pytest.mark.parametrize("name", SPECS)
def test_the_help_of_a_command_shows_an_example_of_it_and_needs_no_array_library(installation, name):
    process = installation.rates(name, "--help")  # where neither NumPy nor PyYAML is installed
    assert (process.returncode, process.stderr) == (0, "")
    usage, *_ = process.stdout.splitlines()
    assert usage.startswith(f"usage: rates {name} ")
    _, _, examples = process.stdout.rpartition("example")
    assert f"\n  rates {name} " in examples or f"\n  rates {name}\n" in examples


@pytest.mark.parametrize("name", SPECS)
def test_every_argument_is_explained(name):
    parser = command_parser(SPECS[name], SPECS[name].load()())
    assert [action.dest for action in actions_of(parser) if not action.help] == []
    assert not parser.description.endswith("..")
