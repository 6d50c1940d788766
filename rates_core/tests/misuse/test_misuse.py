"""Whatever stands in the place of an argument: a call works or is refused by an error of ours, and soon.

What code of the user raises while it is called, as a generator or an object of a class of his own, is his.
"""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import Parameter, isclass, isroutine, signature
from pathlib import Path
from traceback import extract_tb, format_exception
from typing import Any

import pytest
import rates_core.plugins
import rates_core.sweeps
from rates_core.errors import RatesError
from rates_core.plugins import get_manager

import rates_core

from . import silly
from .calls_of_circuits import CIRCUITS
from .calls_of_plugins import PLUGINS
from .calls_of_runs import RUNS
from .calls_of_templates import TEMPLATES
from .models import Call, call
from .silly import CRIME, SILLY

CALLS: dict[str, Call] = {**TEMPLATES, **CIRCUITS, **RUNS, **PLUGINS}
ARGUMENTS = [(name, argument) for name, call in CALLS.items() for argument in call.arguments]
EVERY = 8  # of so many values one is tried with an argument in the default tier
SECONDS = 2.0  # of the processor, for one call

#: Where a file is, and what `update_var` recorded: written by rates, not by users.
OURS = {"location", "overrides"}
#: What takes nothing, what only rates makes or calls, what plugins derive from.
OTHERS = {
    "clear_frontend_caches", "PluginStatus", "SweepResult", "Executor.run", "Pooled", "Pooled.pool", "Pooled.run",
    "Samples.at",
}  # fmt: skip
MODULES = (rates_core, rates_core.plugins, rates_core.sweeps)


class TooSlowError(BaseException):
    """A call takes too long; not an `Exception`, so that nobody catches it by the way."""


class Watch:
    """Note what no argument may cause; an audit hook stays in a process, so there is one."""

    FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.", "socket.", "pickle.find_class")

    def __init__(self) -> None:
        self.seen: list[str] | None = None
        sys.addaudithook(self._hook)

    def _hook(self, event: str, _: tuple[Any, ...]) -> None:
        if self.seen is not None and event.startswith(self.FORBIDDEN):
            self.seen.append(event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Fail if anything forbidden happens inside, and stop what takes too long; garbage of others waits."""
        gc.disable()
        self.seen, before = [], signal.signal(signal.SIGPROF, self._too_slow)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.signal(signal.SIGPROF, before)
            gc.enable()
            seen, self.seen = self.seen, None
        assert not seen, seen

    @staticmethod
    def _too_slow(*_: Any) -> None:
        raise TooSlowError


WATCH = Watch()


def outcome(function: Callable[..., Any], arguments: Mapping[str, Any]) -> str | None:
    """Return what is wrong with what a call does; None if it works or is refused."""
    try:
        with warnings.catch_warnings(), WATCH.watching():
            warnings.simplefilter("ignore")
            function(**arguments)
    except RatesError as error:
        return None if str(error).strip() else "is refused without a word"
    except TooSlowError:
        return f"takes more than {SECONDS} s"
    except AssertionError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # whatever else comes out is what is looked for
        is_of_user = extract_tb(error.__traceback__)[-1].filename == silly.__file__
        return None if is_of_user else "".join(format_exception(error, limit=-4))
    return None


def failures(name: str, argument: str, values: list[str]) -> list[str]:
    """Return what goes wrong with values in the place of an argument."""
    tried, found = CALLS[name], []
    for value in values:
        wrong = outcome(tried.function(), {**tried.arguments, argument: SILLY[value]()})
        if wrong is not None:
            found.append(f"{name}({argument}=<{value}>): {wrong}")
    if Path(CRIME).exists():
        found.append(f"{name}({argument}=…) executed a text")
    return found


@pytest.mark.parametrize("name", CALLS)
def test_the_call_works_with_the_arguments_that_are_right(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    CALLS[name].function()(**CALLS[name].arguments)


@pytest.mark.parametrize("name", CALLS)
def test_some_silly_values_are_taken_or_refused(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    found = []
    for number, (own, argument) in enumerate(ARGUMENTS):
        if own == name:
            found += failures(name, argument, list(SILLY)[number % EVERY :: EVERY])
    assert not found, "\n".join(found)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", CALLS)
def test_all_silly_values_are_taken_or_refused(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    found = [text for argument in CALLS[name].arguments for text in failures(name, argument, list(SILLY))]
    assert not found, "\n".join(found)


def test_what_goes_wrong_is_found(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)

    def endless() -> None:
        while True:
            pass

    def executed() -> None:
        subprocess.run([sys.executable, "-c", ""], check=True)

    assert outcome(lambda: len(1), {}).endswith("TypeError: object of type 'int' has no len()\n")  # type: ignore[arg-type, union-attr]
    assert outcome(endless, {}) == f"takes more than {SECONDS} s"
    assert "subprocess.Popen" in str(outcome(executed, {}))
    assert outcome(lambda: get_manager().backend("no such"), {}) is None
    monkeypatch.setitem(CALLS, "leak", call(lambda: lambda number: float(number), number=1.0))
    (leak,) = failures("leak", "number", ["0", "Fraction", "10**400", "sulking"])
    assert leak.startswith("leak(number=<10**400>): ")
    assert leak.endswith("OverflowError: int too large to convert to float\n")
    monkeypatch.setitem(CALLS, "evil", call(lambda: lambda text: eval(text), text="1"))
    assert failures("evil", "text", ["code"]) == ["evil(text=…) executed a text"]


def public_calls() -> dict[str, Callable[..., Any]]:
    """Return all that users call with arguments, by where it is defined."""
    names = {name for module in MODULES for name in module.__all__} - {
        "__version__",
        "hookimpl",
    }
    found: dict[str, Callable[..., Any]] = {}
    for name in names:
        public = next(getattr(module, name) for module in MODULES if hasattr(module, name))
        if isclass(public) and issubclass(public, Exception):
            continue
        members = [getattr(public, member) for member in dir(public) if isclass(public) and not member.startswith("_")]
        for function in (public, *filter(isroutine, members)):
            found[function.__qualname__] = function
    return {name: function for name, function in found.items() if name not in OTHERS and arguments_of(function)}


def arguments_of(function: Callable[..., Any]) -> set[str]:
    """Return the names of arguments that users give."""
    kinds = (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
    return {name for name, item in signature(function).parameters.items() if item.kind not in kinds} - OURS - {"self"}


def test_every_argument_of_every_public_call_is_tried() -> None:
    tried: dict[str, set[str]] = {}
    for own in CALLS.values():
        tried.setdefault(own.function().__qualname__, set()).update(own.arguments)
    left = {name: arguments_of(function) - tried.get(name, set()) for name, function in public_calls().items()}
    assert {name: arguments for name, arguments in left.items() if arguments} == {}
