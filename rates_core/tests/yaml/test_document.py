"""Files are read as plain data: nothing is executed, and hostile files meet a limit at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from rates_core.errors import ModelFileError
from rates_core.yaml.document import MAX_ALIASES, MAX_BYTES, parse_document, read_document
from rates_core.yaml.tree import plain_value


def value(text):
    return plain_value(parse_document(text, "model.yaml"))


def error(text):
    with pytest.raises(ModelFileError) as caught:
        parse_document(text, "model.yaml")
    return str(caught.value)


def test_lists_mappings_and_scalars_become_plain_values():
    assert value("a: [1, 2.5, on, 'on', null]\nb: {c: {d: -.inf}}\n") == {
        "a": [1, 2.5, "on", "on", None],
        "b": {"c": {"d": float("-inf")}},
    }


def test_keys_are_names_whatever_yaml_would_make_of_them():
    assert value("y: 1\non: 2\nnull: 3\n1: 4\ntrue: 5\n") == {"y": 1, "on": 2, "null": 3, "1": 4, "true": 5}


def test_every_value_knows_its_line():
    tree = parse_document("%YAML 1.2\n---\n\na:\n  - b\n  - {c: d}\n", "model.yaml")
    assert str(tree.keys["a"]) == "model.yaml:4"
    assert [str(item.location) for item in tree.entries["a"].items] == ["model.yaml:5", "model.yaml:6"]


def test_an_anchor_is_repeated_by_its_aliases():
    assert value("a: &x {b: [1]}\nc: *x\nd: [*x, *x]\n")["d"] == [{"b": [1]}, {"b": [1]}]


def test_an_anchor_may_be_set_again():
    assert value("[&x 1, *x, &x 2, *x]") == [1, 1, 2, 2]


def test_a_merge_key_adds_what_the_mapping_does_not_say():
    text = "x: &x {a: 1, b: 2}\ny: &y {a: 3, c: 4}\nz: {<<: [*x, *y], b: 5}\nw: {<<: *x}\nv: {'<<': 1}\n"
    read = value(text)
    assert read["z"] == {"a": 1, "c": 4, "b": 5}
    assert read["w"] == {"a": 1, "b": 2}
    assert read["v"] == {"<<": 1}


@pytest.mark.parametrize(
    ("text", "read"),
    [("!!str 1", "1"), ("! 1", "1"), ("!!float 3", 3), ("!!int '3'", 3), ("!!null ''", None), ("!!bool true", True)],
)
def test_tags_of_the_core_schema_are_understood(text, read):
    assert value(f"a: {text}") == {"a": read}


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("!!python/object/apply:os.system ['echo']", "!!python/object/apply:os.system"),
        ("!!python/name:os.system", "!!python/name:os.system"),
        ("!!python/object:os.system {}", "!!python/object:os.system"),
        ("!include other.yaml", "!include"),
        ("!!binary aGVsbG8=", "!!binary"),
        ("!!timestamp 2020-01-01", "!!timestamp"),
        ("!!set {x}", "!!set"),
        ("!!omap [x: 1]", "!!omap"),
        ("!!map [x]", "!!map"),
        ("!<tag:example.com,2000:x> 1", "tag:example.com,2000:x"),
    ],
)
def test_any_other_tag_is_refused(text, tag):
    assert error(f"\na: {text}") == (
        f"model.yaml:2: The tag '{tag}' is refused: a model file holds data, no objects. Remove the tag."
    )


MALFORMED = {
    "a tag that does not fit": (
        "a: !!int 1.5",
        "model.yaml:1: '1.5' does not fit its tag '!!int'. Leave the tag out.",
    ),
    "a repeated key": (
        "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
        "model.yaml:5: The key 'c' is repeated; it was first written in line 3.",
    ),
    "a key that is a list": (
        "? [1]\n: 2\n",
        "model.yaml:1: A key is a name, and this is a list.",
    ),
    "a merge of no mapping": (
        "a: {<<: [{b: 1}, 2]}",
        "model.yaml:1: '<<' takes a mapping or a list of mappings.",
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        "model.yaml:2: A second YAML document begins here. Keep one in a file.",
    ),
    "an alias without anchor": (
        "a: 1\nb: *x\n",
        "model.yaml:2: The alias '*x' has no anchor '&x' above it.",
    ),
    "an alias inside its anchor": (
        "a: &x\n  b: [*x]\n",
        "model.yaml:2: The alias '*x' stands inside the value that it repeats.",
    ),
    "an alias inside its anchor that had another value before": (
        "a: &x 1\nb: &x [*x]\n",
        "model.yaml:2: The alias '*x' stands inside the value that it repeats.",
    ),
    "a colon too many": (
        "a:\n  b: c: d\n",
        "model.yaml:2: This is not YAML: mapping values are not allowed in this context.",
    ),
    "a tab as indentation": (
        "a:\n\tb: 1\n",
        "model.yaml:2: This is not YAML: found character that cannot start any token.",
    ),
    "a control character": (
        "a: 1\nb: \x01\n",
        "model.yaml:2: This is not YAML: the character U+0001 is not allowed.",
    ),
    "nothing": (
        "",
        "model.yaml is empty. A model file holds templates, as 'Name: {base: OperatorTemplate}'.",
    ),
    "a comment": (
        "# a model\n---\n",
        "model.yaml is empty. A model file holds templates, as 'Name: {base: OperatorTemplate}'.",
    ),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_is_refused_with_its_line(text, message):
    assert error(text) == message


BOMBS = {
    "aliases": (
        "x: &x 1\ny:\n" + "  - *x\n" * 20_000,
        f"model.yaml:{2 + MAX_ALIASES + 1}: '*x' is alias number 10001 of this file; 10000 are allowed.",
    ),
    "aliases of aliases": (
        "a: &a0 [1, 1]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40)),
        "model.yaml:7: With '*a5' aliases repeat more than 1000000 values of this file.",
    ),
    "merge keys": (
        "a0: &a0 {k: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 40)),
        "model.yaml:7: With '*a5' aliases repeat more than 1000000 values of this file.",
    ),
    "lists in lists": (
        "a: " + "[" * 100_000,
        "model.yaml:1: Lists and mappings are nested more than 50 deep.",
    ),
    "mappings in mappings": (
        "{a: " * 100_000,
        "model.yaml:1: Lists and mappings are nested more than 50 deep.",
    ),
    "lists below lists": (
        "- " * 100_000,
        "model.yaml:1: Lists and mappings are nested more than 50 deep.",
    ),
}


@pytest.mark.parametrize(("text", "message"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_an_error_in_under_a_second(text, message):
    start = time.perf_counter()
    assert error(text) == message
    assert time.perf_counter() - start < 1.0


def test_as_many_aliases_as_are_allowed_are_read():
    read = value("x: &x 1\ny: [" + "*x, " * MAX_ALIASES + "]")
    assert read["y"] == [1] * MAX_ALIASES


def test_the_pure_python_parser_reads_the_same(monkeypatch):
    text = "a: &x [1e-3, 'on', on, {b: !!str 1}]\nc: *x\n"
    fast = value(text)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert value(text) == fast
    assert error("a: !x 1") == (
        "model.yaml:1: The tag '!x' is refused: a model file holds data, no objects. Remove the tag."
    )


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelFileError) as caught:
        read_document(tmp_path / "model.yaml")
    assert str(caught.value) == f"There is no file {tmp_path / 'model.yaml'}."


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ModelFileError) as caught:
        read_document(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} is a folder. Name a file in it and a template in that: '{tmp_path}/<file>/<Name>'."
    )


def test_what_is_not_utf_8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_bytes("a: 1\nb: Montbrió\n".encode("latin-1"))
    with pytest.raises(ModelFileError) as caught:
        read_document(path)
    assert (
        str(caught.value)
        == f"{path}:2: The byte 0xf3 is not UTF-8. A model file is text; save it in the encoding UTF-8."
    )


def test_a_byte_order_mark_is_skipped(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_bytes("\ufeffa: Montbrió\n".encode())
    assert plain_value(read_document(path)) == {"a": "Montbrió"}


def test_a_file_that_is_too_large_is_not_parsed(tmp_path):
    path = tmp_path / "model.yaml"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(ModelFileError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path} has more than 64 MiB, the limit of a model file."


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[1, 2]", "a list"), ("qif", "'qif'"), ("x" * 61, f"'{'x' * 60}...'"), ("x" * 60, f"'{'x' * 60}'")],
)
def test_a_file_that_holds_no_mapping_is_refused(tmp_path, text, kind):
    path = tmp_path / "model.yaml"
    path.write_text(text)
    with pytest.raises(ModelFileError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path}:1: A model file is a mapping from names to templates, and this is {kind}."


def test_an_unreadable_file_says_why(tmp_path, monkeypatch):
    path = tmp_path / "model.yaml"
    path.write_text("a: 1")

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ModelFileError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path} cannot be read: Permission denied."
