"""How far a training has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from attrs import asdict, define, field


@define(eq=False)
class Standing:
    """How far a training has come.

    Attributes:
        order: state of the generator of orders, at the start of the epoch that has begun.
        losses: of each epoch.
        validation: likewise, of trials that are not learned from.
        begun: loss and number of trials of each batch of an epoch that is not complete.
        best: free numbers of parameters by path that the least loss of validation belongs to.
        least: that loss.
        since: epochs since then.
        backed_off: how often steps were made shorter.
    """

    order: torch.Tensor
    losses: list[float] = field(factory=list)
    validation: list[float] = field(factory=list)
    begun: list[tuple[float, int]] = field(factory=list)
    best: Mapping[str, torch.Tensor] | None = None
    least: float = float("inf")
    since: int = 0
    backed_off: int = 0

    @property
    def epoch(self) -> int:
        """Return the number of epochs that are complete."""
        return len(self.losses)

    @property
    def loss(self) -> float:
        """Return the mean loss of the trials of an epoch that has begun."""
        return sum(loss * count for loss, count in self.begun) / sum(count for _, count in self.begun)

    def completed(self, validated: float | None, order: torch.Tensor) -> float:
        """Take note of an epoch; return the loss that it is judged by."""
        loss = self.loss
        self.losses, self.begun, self.order = [*self.losses, loss], [], order
        if validated is None:
            return loss
        self.validation = [*self.validation, validated]
        return validated

    def judged(self, loss: float, parameters: Mapping[str, torch.Tensor]) -> None:
        """Keep parameters that are better than all before."""
        if loss < self.least:
            self.least, self.best, self.since = loss, parameters, 0
        else:
            self.since += 1

    def stored(self) -> dict[str, Any]:
        """Return it as what is stored."""
        return asdict(self, recurse=False)
