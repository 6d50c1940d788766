"""What a file of another format says of a simulation: a circuit, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from rates_core.errors import ArgumentError
from rates_core.templates.circuit import CircuitTemplate

if TYPE_CHECKING:
    import pandas as pd


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
        arguments = {**self.settings, **changes}
        for name in ("simulation_time", "step_size"):
            if name not in arguments:
                raise ArgumentError(f"The file does not say '{name}'; give it, as in run({name}=...).")
        return self.circuit.run(**arguments)
