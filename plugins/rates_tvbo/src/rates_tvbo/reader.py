"""Files of TVBO read into templates."""

from __future__ import annotations

from pathlib import Path

from rates_core.templates.circuit import CircuitTemplate

from rates_tvbo.experiment import opened


def read(path: str | Path) -> CircuitTemplate:
    """Return the circuit of a file of TVBO.

    A `Dynamics` becomes a circuit of one node `p`, as in TVBO's own exports: `p/<name>_op/<variable>`. Of a
    `SimulationExperiment` it is the circuit alone; `read_experiment` returns how it is run, too.

    Raises:
        ModelFileError: the file cannot be read, is malformed or none of TVBO's.
        UnsupportedFeatureError: it says what rates cannot compute; the item is named.
        EquationError: an expression is malformed.
    """
    return opened(path, settings_are_lost=True).circuit
