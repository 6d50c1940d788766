"""Descriptors: values that are checked where they are written."""

from __future__ import annotations

import attrs
import pytest
from rates_core.errors import ArgumentError
from rates_core.plugins import (
    AnalysisSpec,
    BackendSpec,
    CommandSpec,
    DelayStrategySpec,
    FormatSpec,
    ModelLibrarySpec,
    Option,
    SolverSpec,
)


def test_a_descriptor_cannot_be_changed():
    command = CommandSpec("run", "a:b", summary="-")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        command.name = "walk"


def test_who_offers_a_descriptor_is_not_part_of_its_value():
    assert CommandSpec("run", "a:b", summary="-", distribution="x") == CommandSpec("run", "a:b", summary="-")


def test_collections_become_tuples_and_sets_whatever_the_plugin_wrote():
    option = Option("rtol", 1e-6, "Relative tolerance")
    solver = SolverSpec(
        "s",
        "a:b",
        kind="driver",
        order=None,
        adaptive=True,
        delays=["ring"],
        methods=["RK45"],
        options=[option],
        summary="-",
    )
    assert (solver.delays, solver.methods, solver.options) == (frozenset({"ring"}), ("RK45",), (option,))
    assert FormatSpec("f", [".x"], reader="a:b", summary="-").suffixes == (".x",)


WRONG = [
    (
        lambda: CommandSpec("", "a:b", summary="-"),
        "CommandSpec.name is ''; it must be a text, not empty, without spaces around it.",
    ),
    (
        lambda: CommandSpec(" run", "a:b", summary="-"),
        "CommandSpec.name is ' run'; it must be a text, not empty, without spaces around it.",
    ),
    (
        lambda: BackendSpec("b", "module.Backend", summary="-"),
        "BackendSpec.target is 'module.Backend'; it must read 'module:attribute'.",
    ),
    (
        lambda: BackendSpec("b", object, summary="-"),
        "BackendSpec.target is <class 'object'>; it must read 'module:attribute'.",
    ),
    (
        lambda: BackendSpec("b", "a:b", summary="-", probe="tools"),
        "BackendSpec.probe is 'tools'; it must read 'module:attribute'.",
    ),
    (
        lambda: BackendSpec("b", "a:b", {"complex": True}, summary="-"),
        "BackendSpec.capabilities is {'complex': True}; it must be a Capabilities.",
    ),
    (
        lambda: SolverSpec("s", "a:b", kind="method", order=1, adaptive=False, summary="-"),
        "SolverSpec.kind is 'method'; it must be one of 'tableau', 'driver'.",
    ),
    (
        lambda: DelayStrategySpec("d", "a:b", kind="storage", grid="ring", summary="-"),
        "DelayStrategySpec.grid is 'ring'; it must be one of None, 'uniform', 'accepted'.",
    ),
    (
        lambda: DelayStrategySpec("d", "a:b", kind="storage", summary="-"),
        "DelayStrategySpec 'd' stores the past and has no grid; give it grid='uniform' for fixed steps, or "
        "grid='accepted'.",
    ),
    (
        lambda: AnalysisSpec("a", "a:b", kind="engines", summary="-"),
        "AnalysisSpec.kind is 'engines'; it must be one of 'analysis', 'engine', 'fitter'.",
    ),
    (
        lambda: ModelLibrarySpec("m", "package", functions="nowhere", summary="-"),
        "ModelLibrarySpec.functions is 'nowhere'; it must read 'module:attribute'.",
    ),
    (
        lambda: ModelLibrarySpec("m", "package.inside", summary="-"),
        "ModelLibrarySpec.package is 'package.inside'; it must be a top-level package, "
        "and the folder inside it goes to 'directory'.",
    ),
    (
        lambda: FormatSpec("f", ["sbml"], reader="a:b", summary="-"),
        "FormatSpec.suffixes is ('sbml',); it must hold endings of file names such as '.xml'.",
    ),
    (
        lambda: FormatSpec("f", [".x"], summary="-"),
        "FormatSpec 'f' neither reads nor writes; give it a reader, a writer or both.",
    ),
    (
        lambda: FormatSpec("f", [".x"], writer="a:b", experiment="a:c", summary="-"),
        "FormatSpec 'f' has experiments and no reader; give it a reader, too.",
    ),
    (
        lambda: FormatSpec("f", [".x"], writer="a:b", options=[Option("o", 1, "-")], summary="-"),
        "FormatSpec 'f' has options and no reader; give it a reader, too.",
    ),
]


@pytest.mark.parametrize(("make", "text"), WRONG, ids=[text for _, text in WRONG])
def test_a_wrong_field_is_an_error_that_names_it(make, text):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == text
