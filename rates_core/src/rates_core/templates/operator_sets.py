"""Edits of sets of operators: how a derived node or edge differs from its base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rates_core.errors import TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.templates.mapping import FrozenMapping
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.references import resolve
from rates_core.templates.settable import unsettable
from rates_core.templates.value import Value

OperatorInstance = tuple[OperatorTemplate, Mapping[str, Value]]


def split_edits(given: Any) -> tuple[Mapping[Any, Any], list[Any], Any]:
    """Return what is replaced, what is removed, and the operators that are added or get new values.

    Raises:
        TemplateError: `replace` is no mapping.
    """
    if not isinstance(given, Mapping):
        return {}, [], given
    replaced, removed = given.get("replace"), given.get("remove")
    if not isinstance(replaced, Mapping | None):
        raise TemplateError(f"'replace' of operators maps old ones to new ones, not {shown(replaced)}.")
    rest = {key: value for key, value in given.items() if key not in ("replace", "remove")}
    listed = [] if removed is None else list(removed) if isinstance(removed, (list, tuple)) else [removed]
    return replaced or {}, listed, rest


def replace_and_remove(
    instances: Iterable[OperatorInstance], replaced: Mapping[Any, Any], removed: Iterable[Any], what: str
) -> list[OperatorInstance]:
    """Return a changed set of operators; a replacement keeps the values that it takes too.

    Raises:
        UnknownNameError: an operator to replace or remove is not there.
    """
    kept = {operator.name: (operator, values) for operator, values in instances}
    for reference in removed:
        del kept[_name(reference, kept, what)]
    for reference, new in replaced.items():
        name = _name(reference, kept, what)
        operator = resolve(new, OperatorTemplate, f"The replacement of operator '{name}'")
        kept[name] = operator, FrozenMapping(item for item in kept[name][1].items() if _takes(operator, item[0]))
    return list(kept.values())


def _takes(operator: OperatorTemplate, name: str) -> bool:
    return name in operator.variables and unsettable(operator, name) is None


def merge(
    instances: Iterable[OperatorInstance], added: Iterable[OperatorInstance], what: str
) -> tuple[OperatorInstance, ...]:
    """Return a set of operators to which others are added, or whose values they change.

    Raises:
        TemplateError: an added operator has the name of another one and differs from it.
    """
    merged = {operator.name: (operator, values) for operator, values in instances}
    for operator, values in added:
        inherited, old = merged.get(operator.name, (operator, {}))
        if inherited != operator:
            raise TemplateError(
                f"{what} has an operator '{operator.name}' already, which differs from the one that is added. "
                f"Write {{'replace': {{'{operator.name}': ...}}}} to exchange it."
            )
        merged[operator.name] = operator, FrozenMapping({**old, **values})
    return tuple(merged.values())


def _text(reference: Any, what: str) -> str:
    if isinstance(reference, str):
        return reference
    raise TemplateError(f"An operator of {what} is given itself, by its name or by a path, not as {shown(reference)}.")


def _name(reference: Any, known: Mapping[str, Any], what: str) -> str:
    """Return the name of an operator that is given as a template, by name, or by the path of its template."""
    text = reference.name if isinstance(reference, OperatorTemplate) else _text(reference, what)
    name = text if text in known else text.replace(".", "/").rpartition("/")[2]
    if name not in known:
        raise UnknownNameError(f"{what} has no operator '{text}'.{did_you_mean(name, known)}")
    return name
