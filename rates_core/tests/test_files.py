"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rates_core.files import replace, whole_folder


def test_an_interruption_leaves_nothing_of_a_file_not_even_when_it_was_just_made(tmp_path, monkeypatch):
    file = tmp_path / "out.txt"
    file.write_text("old")
    real = Path.open

    def open_and_stop(self, mode):
        real(self, mode).close()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "open", open_and_stop)
    with pytest.raises(KeyboardInterrupt):
        replace(file, b"new")
    monkeypatch.undo()
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("out.txt", "old")]


def test_a_file_that_has_the_name_by_chance_is_left_as_it_is(tmp_path):
    chance = tmp_path / f".out.txt.{os.getpid()}"
    chance.write_text("mine")
    with pytest.raises(FileExistsError):
        replace(tmp_path / "out.txt", b"new")
    assert chance.read_text() == "mine"


def test_a_folder_is_there_once_it_is_whole(tmp_path):
    path = tmp_path / "out"
    with whole_folder(path) as folder:
        (folder / "a.txt").write_text("a")
        assert not path.exists()
    assert [entry.name for entry in path.iterdir()] == ["a.txt"]
    assert list(tmp_path.iterdir()) == [path]
