"""What a training is told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from attrs import asdict, fields, frozen
from rates_core.errors import ArgumentError, shown
from rates_core.switches import switch

from rates_rnn.parts import whole_number

OBJECTS = ("optimizer", "loss", "schedule")  # that may be objects, which no file keeps


@frozen(kw_only=True)
class Settings:
    """Settings of a training, as `Trainer` takes them.

    Raises:
        ArgumentError: something is not as it should be.
    """

    optimizer: Any
    loss: Any
    lr: float | None
    schedule: Any
    clip: float | None
    patience: int | None
    back_off: float
    attempts: int
    seed: int
    shuffle: bool
    sampling_steps: int
    cutoff: int
    update_steps: int | None
    optimizer_kwargs: Mapping[str, Any] | None
    loss_kwargs: Mapping[str, Any] | None
    schedule_kwargs: Mapping[str, Any] | None
    checkpoint: bool

    def __attrs_post_init__(self) -> None:
        """Check all of them that are numbers."""
        for name, least in (("sampling_steps", 1), ("cutoff", 0), ("attempts", 0), ("seed", 0)):
            whole_number(name, getattr(self, name), least)
        for name in ("update_steps", "patience"):
            if getattr(self, name) is not None:
                whole_number(name, getattr(self, name), 1)
        for name in ("lr", "clip"):
            if getattr(self, name) is not None:
                _check_number(name, getattr(self, name), float("inf"), "a positive number")
        _check_number("back_off", self.back_off, 1.0, "a number between 0 and 1")
        switch("shuffle", self.shuffle)
        switch("checkpoint", self.checkpoint)

    def stored(self) -> dict[str, Any]:
        """Return all of them but objects, which no file keeps."""
        every = asdict(self, recurse=False)
        kept = {name: value for name, value in every.items() if name not in OBJECTS or isinstance(value, str | None)}
        for name, value in kept.items():
            if not _is_plain(value):
                raise ArgumentError(f"{name} holds something else than numbers, texts and tensors; no file keeps that.")
        return kept

    @staticmethod
    def of_stored(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Settings:
        """Return settings that were stored, with the objects that no file keeps.

        Raises:
            ArgumentError: such an object is missing, or is given although the file says what it is.
        """
        for name in OBJECTS:
            if name not in stored and given[name] is None:
                raise ArgumentError(f"The training took {name}= as an object, which no file keeps. Give it here again.")
            if name in stored and given[name] is not None:
                raise ArgumentError(f"The file says that {name} was {stored[name]!r}. Leave {name}= out.")
        objects = {name: given[name] for name in OBJECTS if name not in stored}
        return Settings(**{field.name: {**stored, **objects}[field.name] for field in fields(Settings)})


def _check_number(name: str, value: Any, below: float, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < below:
        raise ArgumentError(f"{name} has to be {what}; it is {shown(value)}.")


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _is_plain(part) for name, part in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str | torch.Tensor)
