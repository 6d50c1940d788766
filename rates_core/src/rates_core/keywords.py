"""Arguments in calls of what is public: a misspelt name, or one that is missing, is an error of ours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache, wraps
from inspect import CO_VARKEYWORDS, unwrap
from math import inf
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)

_BOUND = ("self", "cls")  # what stands before the arguments of methods


def checked_call(call: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses names of arguments that it does not have, and misses those that it needs.

    One that takes further arguments by name checks those itself; here they are only compared with what is missing.
    """
    names, _, is_open = _arguments(call)
    known = names.keys()

    @wraps(call)
    def checked(*given: P.args, **named: P.kwargs) -> R:
        if (not is_open and not named.keys() <= known) or _missing(call, len(given), named):
            check_arguments(lambda: _public_name(call, given), call, len(given), named)
        return call(*given, **named)

    return checked


def checked_class(cls: C) -> C:
    """Let the constructor and the public methods of a class check their arguments as `checked_call` does."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(member, FunctionType):
            setattr(cls, name, checked_call(member))
        elif isinstance(member, classmethod):
            setattr(cls, name, classmethod(checked_call(member.__func__)))
    return cls


def check_arguments(title: Callable[[], str], call: Callable[..., Any], given: int, named: Collection[str]) -> None:
    """Check what a function is given against what it takes.

    Args:
        title: gives how the user knows the function.
        call: the function.
        given: number of arguments by place.
        named: names of the others.

    Raises:
        UnknownNameError: it has no such argument; if it takes others by name, one like it is missing.
        ArgumentError: an argument is missing.
    """
    from rates_core.errors import ArgumentError, UnknownNameError, closest, did_you_mean

    names, _, is_open = _arguments(call)
    missing = _missing(call, given, named)
    known = [name for name in names if name not in _BOUND]
    takes = f"It takes: {', '.join(known)}." if known else "It takes none."
    for name in (name for name in named if name not in names):
        if not is_open or closest(name, missing, 1):
            hint = did_you_mean(name, missing if is_open else known)
            raise UnknownNameError(f"{title()} has no argument '{name}'.{hint} {takes}")
    if missing:
        raise ArgumentError(f"{title()} needs {' and '.join(missing)}. {takes}")


def _missing(call: Any, given: int, named: Collection[str]) -> list[str]:
    """Return the arguments that a function needs and is not given."""
    _, needed, _ = _arguments(call)
    return [name for place, name in needed if place >= given and name not in named]


@cache
def _arguments(call: Any) -> tuple[dict[str, None], list[tuple[float, str]], bool]:
    """Return a function's arguments, those without a default with their places, and whether it takes others by name."""
    function = unwrap(call)
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    first_default = code.co_argcount - len(function.__defaults__ or ())
    by_name = [name for name in names[code.co_argcount :] if name not in (function.__kwdefaults__ or {})]
    needed = [*enumerate(names[:first_default]), *((inf, name) for name in by_name)]
    return dict.fromkeys(names), needed, bool(code.co_flags & CO_VARKEYWORDS)


def _public_name(call: Any, given: Sequence[Any]) -> str:
    """Return a function's name as users know it: a method by the class that it is called on."""
    names, _, _ = _arguments(call)
    if next(iter(names), None) not in _BOUND or not given:
        return f"{call.__name__}()"
    owner = given[0] if isinstance(given[0], type) else type(given[0])
    return f"{owner.__name__}()" if call.__name__ == "__init__" else f"{owner.__name__}.{call.__name__}()"
