"""Edits of equations: how a derived operator differs from its base.

Edits see tokens, never characters: replacing `r` leaves `r_in` alone. What is found is replaced literally, so that
`x: (a + b)` needs its brackets where `x` is a factor.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from rates_core.errors import TemplateError, UnknownNameError, did_you_mean, shown
from rates_core.paths import TIME, check_label
from rates_core.templates.event import Event, parse_events
from rates_core.templates.operator import OperatorTemplate, algebraic_equations, equation_texts
from rates_core.templates.settable import IS_NOISE, computed
from rates_core.templates.value import as_complex
from rates_core.templates.variable import DType, Variable

_KEYS = ("replace", "remove", "append", "prepend", "add")
_DERIVATIVE = "d/dt"
_TOKEN = re.compile(
    r"(?P<derivative>\A\s*d\s*/\s*dt(?!\w))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?j?)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|\S)"
)


@frozen
class Token:
    """A piece of an equation: its text, with `**` spelled `^`, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Split an equation, or a piece of one, into tokens; a leading `d/dt` is one token."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        spelled = {"derivative": _DERIVATIVE}.get(kind, "^" if match.group() == "**" else match.group())
        found.append(Token(kind, spelled, match.start(), match.end()))
    return found


def spelled(text: str) -> list[str]:
    """Return the texts of the tokens of an equation, or of a piece of one."""
    return [token.text for token in tokens(text)]


def names(texts: Iterable[str]) -> set[str]:
    """Return the names that stand in equations or expressions."""
    return {token.text for text in texts for token in tokens(text) if token.kind == "name"}


def derive(
    base: OperatorTemplate, equations: Any, variables: Mapping[str, Any], changes: Mapping[str, Any]
) -> OperatorTemplate:
    """Return an operator derived from a base.

    Args:
        base: the operator to derive from; it stays as it is.
        equations: new equations, edits of the inherited ones, or None.
        variables: variables that are new or declared anew.
        changes: other attributes that change.

    Raises:
        TemplateError: an edit matches nothing or is malformed.
        UnknownNameError: there is no such kind of edit, or a variable is new and nothing uses it.
    """
    what = f"Operator '{check_label(changes.get('name', base.name), 'operator')}'"
    edited: Any = base.equations if equations is None else equations
    if isinstance(edited, Mapping):
        edited = edit(base.equations, edited, what)
    texts = equation_texts(edited)
    events = parse_events(changes.get("events", base.events))
    used = _names_in(texts, events)
    dropped = _names_in(base.equations, base.events) - used
    _check_used({**base.variables, **variables}, variables.keys() - (base.variables.keys() - dropped), used, what)
    kept = {name: declared for name, declared in base.variables.items() if name not in dropped}
    defined = {name for equation in texts for name in _left_names(equation)}
    declared = {name: _redeclared(name, kept.get(name), spec, name in defined) for name, spec in variables.items()}
    _check_values(variables, kept, algebraic_equations(texts), what)
    return evolve(base, **{**changes, "equations": texts, "events": events, "variables": {**kept, **declared}})


def edit(equations: Sequence[str], edits: Mapping[str, Any], what: str) -> list[str]:
    """Return edited equations; the edits come in the order replace, remove, append, prepend, add.

    Args:
        equations: the inherited equations.
        edits: `replace` maps old pieces to new ones; `remove` takes pieces away, and an equation of which nothing is
            left; `append` and `prepend` put text to the end and the start of every right side; `add` adds equations.
        what: whose equations they are, for messages.

    Raises:
        TemplateError: an edit matches nothing or is malformed.
        UnknownNameError: there is no such kind of edit.
    """
    for key in edits:
        if key not in _KEYS:
            raise UnknownNameError(f"{what}: equations have no edit '{key}'.{did_you_mean(str(key), _KEYS)}")
    edited = list(equations)
    replacements = {} if edits.get("replace") is None else edits["replace"]
    if not isinstance(replacements, Mapping) or not all(map(_is_replacement, replacements.items())):
        raise TemplateError(f"{what}: 'replace' maps old pieces of equations to new ones, not {shown(replacements)}.")
    removals = dict.fromkeys(_texts(edits, "remove", what), "")
    for key, pieces in (("replace", replacements), ("remove", removals)):
        if pieces:
            texts = {str(old): "" if new is None else str(new) for old, new in pieces.items()}
            edited = _replace_all(edited, texts, f"{what}, '{key}'")
    for text in _texts(edits, "append", what):
        edited = [f"{equation} {text.strip()}" for equation in edited]
    for text in _texts(edits, "prepend", what):
        edited = [_prepended(equation, text.strip()) for equation in edited]
    return [*edited, *_texts(edits, "add", what)]


def _is_replacement(item: tuple[Any, Any]) -> bool:
    """Tell whether an old piece and its new one are texts or numbers; a new one that is None is empty."""
    return all(isinstance(piece, (str, int, float)) for piece in item if piece is not None) and item[0] is not None


def _texts(edits: Mapping[str, Any], key: str, what: str) -> list[str]:
    given = edits.get(key)
    listed = [] if given is None else [given] if isinstance(given, str) else given
    if not isinstance(listed, (list, tuple)) or not all(isinstance(text, str) for text in listed):
        raise TemplateError(f"{what}: '{key}' is a text or a list of texts, not {shown(given)}.")
    return list(listed)


def _replace_all(equations: Sequence[str], pieces: Mapping[str, str], what: str) -> list[str]:
    """Replace all pieces at once, the longest first, so that no replacement changes the result of another."""
    wanted = {old: spelled(old) for old in pieces}
    for old, sought in wanted.items():
        if not sought:
            raise TemplateError(f"{what}: a piece of an equation is needed, not {shown(old)}.")
    order = sorted(pieces, key=lambda old: -len(wanted[old]))
    matched: set[str] = set()
    edited = [_replaced(equation, [(wanted[old], old) for old in order], pieces, matched) for equation in equations]
    for old in pieces:
        if old not in matched:
            listed = "; ".join(equations)
            raise TemplateError(f"{what}: '{old}' matches nothing in the equations: {listed}")
    return [equation for equation in edited if equation]


def _replaced(
    equation: str, wanted: Sequence[tuple[list[str], str]], pieces: Mapping[str, str], matched: set[str]
) -> str:
    found = tokens(equation)
    texts = [token.text for token in found]
    parts, position, place = [], 0, 0
    while place < len(found):
        old = next((old for sought, old in wanted if texts[place : place + len(sought)] == sought), None)
        if old is None:
            place += 1
            continue
        matched.add(old)
        parts += [equation[position : found[place].start], pieces[old]]
        place += len(tokens(old))
        position = found[place - 1].end
    parts.append(equation[position:])
    return re.sub(r"  +", " ", _joined(parts)).strip() if position else equation


def _joined(parts: Sequence[str]) -> str:
    """Join pieces of an equation, with spaces where tokens would run together: `a*` and `*b` make no power."""
    close, apart = "".join(parts), " ".join(parts)
    return close if spelled(close) == spelled(apart) else apart


def _prepended(equation: str, text: str) -> str:
    """Put a text in front of the right side, or of the whole equation if it belongs to a left side."""
    found = tokens(text)
    equals = next((token for token in tokens(equation) if token.text == "="), None)
    if equals is None or any(token.kind == "derivative" or token.text == "=" for token in found):
        return f"{text} {equation}"
    return f"{equation[: equals.end]} {text} {equation[equals.end :].strip()}"


def _check_used(declared: Iterable[str], new: Container[str], used: Container[str], what: str) -> None:
    """Raise if no equation and no event uses a new variable: it is misspelled, or meant for another operator."""
    known = [name for name in declared if name in used]
    for name in declared:
        if name in new and name not in used and name != TIME:
            raise UnknownNameError(
                f"{what}: no equation uses the variable '{name}'.{did_you_mean(str(name), known)} "
                f"They use: {', '.join(known) or 'none'}."
            )


def _check_values(
    given: Mapping[str, Any], inherited: Mapping[str, Variable], algebraic: Mapping[str, str], what: str
) -> None:
    """Raise if an inherited variable gets a number although an algebraic equation computes it, or it is noise."""
    for name, spec in given.items():
        if name not in inherited or Variable.parse(spec).kind != "parameter":
            continue
        if name in algebraic:
            raise TemplateError(f"{what}: '{name}' {computed(algebraic[name])}")
        if inherited[name].kind == "noise":
            raise TemplateError(f"{what}: '{name}' {IS_NOISE}")


def _left_names(equation: str) -> list[str]:
    """Return the names on the left of an equation."""
    left, equals, _ = equation.partition("=")
    return [token.text for token in tokens(left) if token.kind == "name"] if equals else []


def _names_in(equations: Iterable[str], events: Iterable[Event]) -> set[str]:
    """Return the names that equations and events use."""
    found = names(equations)
    for event in events:
        found.update(event.names, names((event.when, *event.set.values())))
    return found


def _redeclared(name: str, inherited: Variable | None, spec: Any, defined: bool) -> Any:
    """Return a new declaration; a plain number is the default of an input, or the start of what has an equation."""
    if inherited is None or not (inherited.kind == "input" or (defined and inherited.kind in ("output", "variable"))):
        return spec
    if isinstance(spec, (str, Variable)) and Variable.parse(spec).kind != "parameter":
        return spec
    given = Variable.parse(spec)
    if len(given.shape) > 1:
        meant = "the default of an input" if inherited.kind == "input" else "an initial value"
        raise TemplateError(
            f"Variable '{name}': {meant} is a number or a list with one per place on its axis, not {shown(spec)}."
        )
    dtype: DType = "complex" if "complex" in (given.dtype, inherited.dtype) else "float"
    value = as_complex(given.value) if dtype == "complex" else given.value
    length = None if given.shape or not inherited.shape else inherited.shape[0]
    return evolve(inherited, value=value, dtype=dtype, length=length)
