"""A catalogue lists what libraries hold, from their files alone, and what cannot be read beside it."""

from __future__ import annotations

import sys

import pytest
from rates_core.plugins import ModelLibrarySpec
from rates_core.yaml.catalogue import read_catalogue

FIRST = """\
# Templates
aliases: [1.0]
op:
  base: OperatorTemplate
  description: Decay of x.
  equations: "x' = -x"
  variables: {x: variable(1.0)}
unit:
  base: NodeTemplate
  operators: [op]
"""
SECOND = """\
net:
  base: CircuitTemplate
  description: |-
    One unit.

    Reference: none
  nodes: {p: ./first/unit}
derived: {base: net}
renamed: {base: derived, description: Its own.}
other_op: {base: ./first/op}
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Return the descriptor of a library whose package must not be imported."""
    folder = tmp_path / "site" / "zoo" / "files"
    (folder / "inner").mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('a library was imported')")
    (folder / "first.yaml").write_text(FIRST)
    (folder / "second.yml").write_text(SECOND)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(tmp_path)
    return ModelLibrarySpec("animals", package="zoo", directory="files", summary="-")


def test_every_template_is_listed_with_its_kind_file_line_and_description(library, tmp_path):
    folder = tmp_path / "site" / "zoo" / "files"
    catalogue = read_catalogue([library])
    assert [(m.reference, m.kind, m.file.relative_to(folder).name, m.line) for m in catalogue.models] == [
        ("animals.first.op", "OperatorTemplate", "first.yaml", 3),
        ("animals.first.unit", "NodeTemplate", "first.yaml", 8),
        ("animals.second.net", "CircuitTemplate", "second.yml", 1),
        ("animals.second.derived", "CircuitTemplate", "second.yml", 8),
        ("animals.second.renamed", "CircuitTemplate", "second.yml", 9),
        ("animals.second.other_op", "OperatorTemplate", "second.yml", 10),
    ]
    net = "One unit.\n\nReference: none"
    assert [m.description for m in catalogue.models] == ["Decay of x.", "", net, net, "Its own.", "Decay of x."]
    assert catalogue.faults == ()
    assert {(m.library, m.name) for m in catalogue.models} >= {("animals", "net"), ("animals", "op")}
    assert "zoo" not in sys.modules


def test_a_name_with_a_dot_is_referred_to_by_slashes(library, tmp_path):
    (tmp_path / "site/zoo/files/inner/third.yaml").write_text('"v1.0": {base: NodeTemplate, operators: []}')
    assert [m.reference for m in read_catalogue([library]).models if m.name == "v1.0"] == ["animals/inner/third/v1.0"]


def test_what_cannot_be_read_hides_nothing_else(library, tmp_path):
    folder = tmp_path / "site" / "zoo" / "files"
    (folder / "inner" / "broken.yaml").write_text("a: [")
    (folder / "inner" / "empty.yaml").write_text("")
    (folder / "inner" / "half.yaml").write_text(
        "good: {base: NodeTemplate, operators: []}\nbad: {base: nothing}\ncircle: {base: circle}\nnone: 3\n"
        "wrong: {base: NodeTemplate, operator: []}\n"
    )
    absent = ModelLibrarySpec("absent", package="no_such_package", summary="-", distribution="rates-absent")
    catalogue = read_catalogue([absent, library])
    assert [m.name for m in catalogue.models] == ["op", "unit", "good", "net", "derived", "renamed", "other_op"]
    assert [fault.replace(str(folder), "<folder>") for fault in catalogue.faults] == [
        "The model library 'absent' has no folder 'no_such_package'. Install rates-absent again.",
        "<folder>/inner/broken.yaml:2: This is not YAML: did not find expected node content.",
        "<folder>/inner/empty.yaml is empty. A model file holds templates, as 'Name: {base: OperatorTemplate}'.",
        "<folder>/inner/half.yaml:2: This file holds no template 'nothing'. Did you mean 'wrong'? "
        "It holds: good, bad, circle, wrong.",
        "<folder>/inner/half.yaml:3: 'circle' is derived from itself: 'circle' -> 'circle'. Change one 'base'.",
        "<folder>/inner/half.yaml:5: The NodeTemplate 'wrong' has no key 'operator'. Did you mean 'operators'? "
        "It takes: base, name, description, label, operators.",
    ]
