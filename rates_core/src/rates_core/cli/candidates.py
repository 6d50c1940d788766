"""The words that may come next on a command line of `rates`, with what each of them is."""

from __future__ import annotations

from argparse import SUPPRESS, Action, _AppendAction
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from rates_core.cli.arguments import BACKEND, FORMAT, METHOD, MODEL, SOLVER, STRATEGY, TEMPLATE
from rates_core.cli.parser import CommandParser, actions_of, command_parser
from rates_core.plugins.manager import get_manager

Words = Iterator[tuple[str, str]]


def candidates(words: Sequence[str], program: CommandParser) -> list[tuple[str, str]]:
    """Return the words that may stand in place of the last one, which has only begun, with their explanations.

    Args:
        words: those behind `rates`.
        program: the parser of what stands before the command.
    """
    *before, begun = words or [""]
    place = next((number for number, word in enumerate(before) if not word.startswith("-")), None)
    if place is None:
        found = [*_options(program, ()), *_commands()] if begun.startswith("-") else list(_commands())
    else:
        found = list(_of_command(before[place], before[place + 1 :], begun))
    return [(word, text) for word, text in found if word.startswith(begun) and word != ""]


def _of_command(name: str, before: Sequence[str], begun: str) -> Words:
    specs = get_manager().commands()
    if name not in specs:
        return
    parser = command_parser(specs[name], specs[name].load()())
    line = _Line.read(parser, before)
    option, equals, value = begun.partition("=")
    if line.waiting is not None:
        yield from _values(line.waiting, begun)
    elif begun.startswith("-") and equals:
        action = _options_by_name(parser).get(option)
        if action is not None:
            yield from ((f"{option}={word}", text) for word, text in _values(action, value))
    elif begun.startswith("-"):
        yield from _options(parser, before)
    elif line.next_positional is not None:
        yield from _values(line.next_positional, begun)
    else:
        yield from _options(parser, before)


@frozen
class _Line:
    """How far a command line has come.

    Attributes:
        waiting: the option whose value comes next.
        next_positional: what the next word is that is no option.
    """

    waiting: Action | None
    next_positional: Action | None

    @classmethod
    def read(cls, parser: CommandParser, before: Sequence[str]) -> _Line:
        """Follow the words that are complete."""
        options = _options_by_name(parser)
        positionals = [action for action in actions_of(parser) if not action.option_strings]
        waiting: Action | None = None
        for word in before:
            if waiting is not None:
                waiting = None
            elif word.startswith("-"):
                action = options.get(word)
                waiting = action if action is not None and action.nargs != 0 else None
            elif positionals:
                positionals.pop(0)
        return cls(waiting, positionals[0] if positionals else None)


def _options_by_name(parser: CommandParser) -> dict[str, Action]:
    return {text: action for action in actions_of(parser) for text in action.option_strings}


def _options(parser: CommandParser, before: Sequence[str]) -> Words:
    """Yield the options that have not been given, or may be given again."""
    for action in actions_of(parser):
        again = isinstance(action, _AppendAction)
        if action.help is not SUPPRESS and (again or not set(action.option_strings) & set(before)):
            yield from ((text, action.help or "") for text in action.option_strings)


def _values(action: Action, begun: str) -> Words:
    """Yield the values of an argument that can be known: its choices, or what its metavar stands for."""
    if action.choices is not None:
        yield from ((str(choice), "") for choice in action.choices)
    elif isinstance(action.metavar, str):
        for kind in action.metavar.split("|"):
            if kind in KINDS:
                yield from KINDS[kind](begun)


def _commands() -> Words:
    return ((name, spec.summary) for name, spec in get_manager().commands().items())


def _templates(begun: str, kinds: Sequence[str] = ()) -> Words:
    """Yield templates of libraries, with slashes if the word has begun so; a path is left to the shell."""
    from rates_core.yaml.catalogue import read_catalogue

    if begun.startswith((".", "/", "~")):
        return
    for model in read_catalogue(get_manager().model_libraries().values()).models:
        if not kinds or model.kind in kinds:
            text = "/".join(model.parts) if "/" in begun else model.reference
            yield text, next(iter(model.description.strip().splitlines()), "")


def _methods(begun: str) -> Words:
    for spec in get_manager().solvers().values():
        yield from ((method, f"of solver {spec.name}") for method in spec.methods)


KINDS: Mapping[str, Callable[[str], Words]] = {
    MODEL: lambda begun: _templates(begun, ("CircuitTemplate",)),
    TEMPLATE: _templates,
    BACKEND: lambda _: ((name, spec.summary) for name, spec in get_manager().backends().items()),
    SOLVER: lambda _: ((name, spec.summary) for name, spec in get_manager().solvers().items()),
    STRATEGY: lambda _: ((name, spec.summary) for name, spec in get_manager().delay_strategies().items()),
    FORMAT: lambda _: ((name, spec.summary) for name, spec in get_manager().formats().items()),
    METHOD: _methods,
}
