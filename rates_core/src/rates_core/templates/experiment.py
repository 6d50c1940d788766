"""What a file of another format says of a simulation: a circuit, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attrs import frozen

from rates_core.errors import ArgumentError, PluginError
from rates_core.keywords import checked_class
from rates_core.plugins.manager import get_manager
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.file_format import format_of

if TYPE_CHECKING:
    import pandas as pd


@checked_class
@frozen
class Experiment:
    """A circuit, and the arguments of `run` that a file says.

    Attributes:
        circuit: the model.
        settings: arguments of `run` by name, those that the file says.

    Example:
        >>> from rates_core import CircuitTemplate
        >>> from rates_core.templates.experiment import Experiment
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> experiment = Experiment(circuit, {"simulation_time": 1.0, "step_size": 0.1})
        >>> len(experiment.run(verbose=False)), len(experiment.run(simulation_time=2.0, verbose=False))
        (10, 20)
    """

    circuit: CircuitTemplate
    settings: Mapping[str, Any]

    @classmethod
    def from_file(cls, path: str | Path, format: str | None = None, **options: Any) -> Self:
        """Load a circuit, and how the file says that it is run, from a file of any installed format.

        Of a file that says nothing of runs, and of a format without such files, the settings are empty.

        Args:
            path: a file, or what `CircuitTemplate.from_yaml` takes.
            format: name of an installed format, as in `CircuitTemplate.from_file`.
            options: options of the format.

        Raises:
            RatesError: as `CircuitTemplate.from_file`.

        Example:
            >>> from rates_core.templates.experiment import Experiment
            >>> Experiment.from_file("model_templates.oscillators.vanderpol.vdp").settings
            {}
        """
        from rates_core.plugins.reading import read_experiment

        spec = format_of(path, format, options)
        if spec is None or spec.experiment is None:
            return cls(CircuitTemplate.from_file(path, format, **options), {})
        found = read_experiment(path, spec, options)
        if not isinstance(found, cls):
            kind = type(found).__name__
            raise PluginError(f"'{spec.experiment}' of {spec.distribution} returned {kind} in place of {cls.__name__}.")
        return found

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments of `run`: those that the file says, and `changes`, which replace and add to them.

        With another solver, the file's `method` and those options stay behind that it does not have.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> from rates_core.templates.experiment import Experiment
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> experiment = Experiment(circuit, {"simulation_time": 1.0, "solver": "scipy", "method": "BDF"})
            >>> experiment.arguments(solver="heun")
            {'simulation_time': 1.0, 'solver': 'heun'}
        """
        said = dict(self.settings)
        solver = changes.get("solver", said.get("solver"))
        if solver != said.get("solver") and isinstance(solver, str) and solver in get_manager().solvers():
            known = {option.name for option in get_manager().solver(solver).options}
            known |= signature(CircuitTemplate.run).parameters.keys() - {"method"}
            said = {name: value for name, value in said.items() if name in known}
        return {**said, **changes}

    def run(self, **changes: Any) -> pd.DataFrame:
        """Run the circuit as the file says; `changes` are arguments of `run` that replace and add to that.

        Raises:
            ArgumentError: neither the file nor `changes` say the time or the step.
            RatesError: as `CircuitTemplate.run`.

        Example:
            >>> from rates_core import CircuitTemplate
            >>> from rates_core.templates.experiment import Experiment
            >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
            >>> Experiment(circuit, {"simulation_time": 1.0}).run()
            Traceback (most recent call last):
            rates_core.errors.ArgumentError: The file does not say 'step_size'; give it, as in run(step_size=...).
        """
        arguments = self.arguments(**changes)
        for name in ("simulation_time", "step_size"):
            if name not in arguments:
                raise ArgumentError(f"The file does not say '{name}'; give it, as in run({name}=...).")
        return self.circuit.run(**arguments)
