"""How a model is run: as the command line says, and where that says nothing, as its file does."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from rates_core.cli.assignments import FLAGS, options_of, outputs_of
from rates_core.errors import ArgumentError
from rates_core.templates.experiment import Experiment

_NEEDED = {"simulation_time": "--time", "step_size": "--step"}
_OF_TIME = ("history", "inputs")  # by path, in files
_MOST_OUTPUTS = 8  # that a line shows


@frozen
class Settings:
    """The arguments of `run` but inputs.

    Attributes:
        arguments: all of them, by name.
        from_file: those of them that the file says.
    """

    arguments: Mapping[str, Any]
    from_file: Mapping[str, Any]

    def line(self, file: str) -> str:
        """Return what the file says, as options of the command line."""
        options = " ".join(_words({name: value for name, value in self.from_file.items() if name not in _OF_TIME}))
        others = [f"{name} of {', '.join(self.from_file[name])}" for name in _OF_TIME if name in self.from_file]
        return f"from {file}: {', '.join([options, *others] if options else others)}"

    def data(self) -> dict[str, Any]:
        """Return what the file says, for programs; of what may be functions of time, whose they are."""
        return {name: list(value) if name in _OF_TIME else value for name, value in self.from_file.items()}


def settings_of(experiment: Experiment, arguments: Namespace) -> Settings:
    """Return how an experiment is run.

    Raises:
        ArgumentError: neither the command line nor the file says the time or the step; or an argument is malformed.
    """
    given = {
        "simulation_time": arguments.time,
        "step_size": arguments.step,
        "outputs": outputs_of(arguments.output),
        "sampling_step_size": arguments.sampling,
        "cutoff": arguments.cutoff,
        "solver": arguments.solver,
        "method": arguments.method,
        "backend": arguments.backend,
        "seed": arguments.seed,
        **options_of(arguments.option),
    }
    changes = {name: value for name, value in given.items() if value is not None or name not in FLAGS}
    found = experiment.arguments(**changes)
    missing = [flag for name, flag in _NEEDED.items() if name not in found]
    if missing:
        what = "it" if len(missing) == 1 else "them"
        raise ArgumentError(f"Give {' and '.join(missing)}; '{arguments.model}' does not say {what}.")
    return Settings(found, {name: value for name, value in found.items() if name not in changes})


def _words(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if name == "outputs" and len(value) > _MOST_OUTPUTS:
            yield f"--output ... ({len(value)} columns)"
        elif name == "outputs":
            yield from (f"--output {shlex.quote(f'{key}={path}')}" for key, path in value.items())
        else:
            yield f"{FLAGS[name]} {value}" if name in FLAGS else f"--option {name}={value}"
