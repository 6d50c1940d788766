"""Which form weights are stored in, where a user does not leave it to their density."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.network.weights import Dense, Sparse, Uniform, Weights, row_pointers

if TYPE_CHECKING:
    from rates_core.network.network import VariableReference

FORMS = ("dense", "sparse")

Pair = tuple[str, str]


@frozen
class Forms:
    """The forms that a user asked for.

    Attributes:
        every: the form of all weights that can have it; None leaves it to their density.
        pairs: the form of those between two variables, by their paths.
    """

    every: str | None = None
    pairs: Mapping[Pair, str] = field(factory=dict)


Ends = tuple["VariableReference", "VariableReference"]


@frozen
class FoundForms:
    """The forms that a user asked for, by what is joined in a network.

    Attributes:
        asked: the paths that name a pair.
    """

    every: str | None = None
    pairs: dict[Ends, str] = field(factory=dict)
    asked: dict[Ends, Pair] = field(factory=dict)

    def ask(self, ends: Ends, pair: Pair, form: str) -> None:
        """Add the form of weights between two variables.

        Raises:
            ArgumentError: another pair of paths names the same weights, with another form.
        """
        if self.pairs.get(ends, form) != form:
            raise ArgumentError(
                f"projections: {self.asked[ends]} and {pair} name the same weights, since equal nodes are computed "
                "together. Give them one form."
            )
        self.pairs[ends], self.asked[ends] = form, pair

    def between(self, source: VariableReference, target: VariableReference) -> str | None:
        """Return the form of weights between two variables, or None."""
        return self.pairs.get((source, target), self.every)

    def check(self, source: VariableReference, target: VariableReference, weights: Weights) -> None:
        """Raise if weights are no matrix that were to be one, and by name.

        Raises:
            ArgumentError: they are not.
        """
        pair = source, target
        if self.pairs.get(pair) == "dense" and not isinstance(weights, Dense):
            label = "->".join(self.asked[pair])
            raise ArgumentError(
                f"projections: The connections {label} cannot be a matrix, since each has a delay of its own, or a "
                "pair of units has several. Leave them out, or write 'sparse'."
            )

    def check_found(self, joined: Iterable[Ends], labels: Iterable[str]) -> None:
        """Raise if nothing leads from one to the other of a pair that was named.

        Args:
            joined: what projections join.
            labels: `source->target` of each.

        Raises:
            UnknownNameError: there is such a pair.
        """
        known = set(joined)
        for pair, (source, target) in self.asked.items():
            if pair not in known:
                raise UnknownNameError(
                    f"projections: No weights lead from '{source}' to '{target}'. "
                    f"There are: {', '.join(list(labels)[:10]) or 'none'}."
                )


def forms_of(given: Any) -> Forms:
    """Return the forms that the argument `projections` asks for.

    Raises:
        ArgumentError: it is neither a form nor a dict of them.
        UnknownNameError: there is no such form.
    """
    if given is None:
        return Forms()
    if not isinstance(given, Mapping):
        return Forms(_form("projections", given))
    for pair in given:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(path, str) for path in pair)):
            raise ArgumentError(f"projections: A key must be a tuple (source, target) of paths; it is {shown(pair)}.")
    return Forms(None, {pair: _form(f"projections[{pair}]", form) for pair, form in given.items()})


def _form(where: str, given: Any) -> str:
    if not isinstance(given, str):
        raise ArgumentError(f"{where} must be 'dense' or 'sparse'; it is {shown(given)}.")
    if given not in FORMS:
        raise UnknownNameError(
            f"{where}: There is no form '{given}'.{did_you_mean(given, FORMS)} 'dense' stores weights as a matrix, "
            "'sparse' as a list of connections. One number as weights is one sum for all."
        )
    return given


def whole(weights: Uniform | Dense, shape: tuple[int, int], form: str | None) -> Weights:
    """Return the weights of all pairs in the form that was asked for."""
    import numpy as np

    if form == "dense" and isinstance(weights, Uniform):
        return Dense(np.full(shape, weights.weight))
    if form == "sparse":
        data = np.full(shape, weights.weight) if isinstance(weights, Uniform) else weights.matrix
        rows, columns = (places.ravel() for places in np.indices(shape))
        return Sparse(data.ravel(), rows, columns, row_pointers(rows, shape[0]))
    return weights
