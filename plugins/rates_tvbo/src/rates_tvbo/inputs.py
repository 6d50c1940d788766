"""Coupling inputs of a `Dynamics`: the variables that they are, and the couplings that feed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from attrs import field, frozen

from rates_tvbo.section import Section

_Coupling = TypeVar("_Coupling")


@frozen
class CouplingInput:
    """What is coupled in under one name.

    Attributes:
        name: of the input.
        components: the variables that it is, one or several.
        source: the coupling that feeds it, or '' where it is found by name or place.
        local: no connection of a network feeds it.
        section: where it was written; the description and unit of all of its components.
    """

    name: str
    components: tuple[str, ...]
    source: str
    local: bool
    section: Section = field(eq=False)


def read_inputs(dynamics: Section) -> list[CouplingInput]:
    """Return what is coupled in.

    Raises:
        ModelFileError: names of components are missing or too many.
    """
    found = {
        **dynamics.sections("coupling_terms", "coupling term"),
        **dynamics.sections("coupling_inputs", "coupling input"),
    }
    for key in filter(None, [dynamics.text("local_coupling_term")]):
        found.setdefault(key, Section(dynamics.tree, "coupling input", key, dynamics.omissions))
    return [_read_input(key, part, part.tree is dynamics.tree) for key, part in found.items()]


def _read_input(key: str, part: Section, local: bool) -> CouplingInput:
    if local:
        return CouplingInput(key, (key,), "", True, part)
    size, names = part.number("dimension"), part.texts("keys")
    if names and len(names) != (1 if size is None else size):
        raise part.error(f"It has {size or 1:g} components (dimension), and names of {len(names)} (keys).", "keys")
    if not names and size is not None and size != 1:
        raise part.error(f"It has {size:g} components without names. Name each of them in 'keys'.", "dimension")
    return CouplingInput(key, tuple(names) or (key,), part.text("source"), part.flag("local") is True, part)


def wiring(
    inputs: Sequence[CouplingInput], couplings: Mapping[str, _Coupling]
) -> list[tuple[CouplingInput, _Coupling]] | None:
    """Return which coupling feeds which input where edges name neither, as TVBO finds it; None if nothing says so.

    A coupling feeds the input that names it as its source, else the one of its name; one that is left then feeds all
    inputs that are left, and as many as these feed them in their order.
    """
    fed = [one for one in inputs if not one.local]
    found = {one.name: one.source or one.name for one in fed if (one.source or one.name) in couplings}
    names = [name for name in couplings if name not in found.values()]
    rest = [one.name for one in fed if one.name not in found]
    if rest and len(names) == 1:
        found |= dict.fromkeys(rest, names[0])
    elif len(names) == len(rest):
        found |= dict(zip(rest, names, strict=True))
    elif rest and names:
        return None
    return [(one, couplings[found[one.name]]) for one in fed if one.name in found]
