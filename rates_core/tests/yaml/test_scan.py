"""A look at the lines of a file finds the templates that reading it finds, and never fails."""

from __future__ import annotations

import pytest
from rates_core.yaml.scan import MOST_BYTES, model_files, template_names

TEXT = """\
# key: {base: x}
aliases: [&a 1.0, &b {x: 1}]
op:
  base: OperatorTemplate
  equations: "x' = 1"

quoted: {"base": op, description: "no: base"}
with space: {base: op}
'in quotes': {base: op}
value: 3
empty:
late:

  # comment
  description: >-
    words
  base: op
"""


def test_names_at_the_margin_with_a_base_are_found(tmp_path):
    file = tmp_path / "model.yaml"
    file.write_text(TEXT)
    assert template_names(file) == ["op", "quoted", "with space", "late"]


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"[", b"- base: x\n", b"{a: {base: x}}", b"a: b: base: c"])
def test_a_file_that_is_no_model_file_is_no_error(tmp_path, content):
    file = tmp_path / "model.yaml"
    file.write_bytes(content)
    assert set(template_names(file)) <= {"a"}


def test_a_file_that_is_not_there_has_no_names(tmp_path):
    assert template_names(tmp_path / "gone.yaml") == []
    assert template_names(tmp_path) == []


def test_a_file_without_end_is_left_after_a_while(tmp_path):
    file = tmp_path / "model.yaml"
    file.write_text(f"a: {{base: x}}\n{'#' * MOST_BYTES}\nb: {{base: x}}\n")
    assert template_names(file) == ["a"]


def test_model_files_are_found_in_folders_in_order(tmp_path):
    for name in ("b/x.yml", "a.yaml", "b/c/y.yaml", "b/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.yaml").mkdir()
    assert [parts for _, parts in model_files(tmp_path)] == [("a",), ("b", "c", "y"), ("b", "x")]
