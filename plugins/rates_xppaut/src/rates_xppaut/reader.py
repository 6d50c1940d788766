"""Files of XPPAUT read into templates."""

from __future__ import annotations

from pathlib import Path

from rates_core.templates.circuit import CircuitTemplate

from rates_xppaut.experiment import opened


def read(path: str | Path) -> CircuitTemplate:
    """Return the circuit of a file of XPPAUT: one node `p`, whose paths are `p/<file>_op/<variable>`.

    `read_experiment` returns how it is run, too.

    Raises:
        ModelFileError: the file cannot be read, is malformed or none of XPPAUT's.
        UnsupportedFeatureError: it says what rates cannot compute; each statement is named.
        EquationError: an expression is malformed, or names what the file does not define.
    """
    return opened(path, settings_are_lost=True).circuit
