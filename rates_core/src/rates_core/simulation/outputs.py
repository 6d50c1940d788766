"""From requested outputs to recorded variables, and from recorded rows to named columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from rates_core.errors import ArgumentError, shown
from rates_core.network.network import Network
from rates_core.network.resolve import resolve
from rates_core.system.system import System

if TYPE_CHECKING:
    import pandas as pd


@frozen(eq=False)
class Output:
    """A part of a recorded variable that becomes columns.

    Attributes:
        key: the user's name of the output.
        recorded: place of the variable among the recorded ones.
        units: which of its entries, None for all.
        names: paths of the units, one per column, or element numbers of a vector.
        variable: `operator/variable`.
        alone: whether the key has one column only.
        edges: whether the units stand for edges, whose paths are not divided.
    """

    key: str
    recorded: int
    units: Any
    names: tuple[str, ...]
    variable: str
    alone: bool
    edges: bool = False


@frozen(eq=False)
class Recording:
    """All outputs of a run, and the variables that have to be recorded for them.

    Attributes:
        outputs: in the order of columns.
        paths: of the variables.
        wholes: of those that hold some units of a state only: its path, and which of its entries they are.
    """

    outputs: tuple[Output, ...]
    paths: tuple[str, ...]
    wholes: Mapping[str, tuple[str, np.ndarray]] = field(factory=dict)

    def whole(self, place: int) -> str:
        """Return the path of the variable that a recorded one is, or holds some units of."""
        path = self.paths[place]
        return self.wholes[path][0] if path in self.wholes else path

    def entries(self, output: Output) -> Any:
        """Return which entries of the whole variable an output consists of, None for all."""
        path = self.paths[output.recorded]
        if path not in self.wholes:
            return output.units
        units = self.wholes[path][1]
        return units if output.units is None else units[output.units]


def requested(outputs: Mapping[str, str] | Iterable[str] | None, network: Network) -> dict[str, str]:
    """Return outputs as a dictionary of key to path; None stands for all states by their paths.

    Raises:
        ArgumentError: the outputs are no paths.
    """
    if outputs is None:
        return {
            f"{unit}/{operator.name}/{equation.target}": f"{unit}/{operator.name}/{equation.target}"
            for population in network.populations
            if not population.edges
            for unit in population.units
            for operator in population.structure.operators
            for equation in operator.parsed
            if equation.kind == "differential"
        }
    if isinstance(outputs, str):
        return {outputs: outputs}
    if not isinstance(outputs, Iterable):
        raise ArgumentError(f"outputs must be paths, or a dict of name to path; it is {shown(outputs)}.")
    try:
        listed = list(outputs.items()) if isinstance(outputs, Mapping) else [(path, path) for path in outputs]
    except TypeError:  # an array without an axis
        raise ArgumentError(f"outputs must be paths, or a dict of name to path; it is {shown(outputs)}.") from None
    if not listed:
        raise ArgumentError("outputs is empty. Name one variable at least, or leave outputs out to record all states.")
    for key, path in listed:
        if not isinstance(key, str):
            raise ArgumentError(f"outputs: the name {shown(key)} of a column must be text.")
        if not isinstance(path, str):
            raise ArgumentError(f"outputs: {shown(path)} is no path of a variable; write it as 'node/op/var'.")
    return dict(listed)


def recording(system: System, outputs: Mapping[str, str]) -> Recording:
    """Resolve outputs against a System.

    Raises:
        UnknownNameError: an output names nothing; the closest name is given.
    """
    assert system.network is not None
    paths: dict[str, int] = {}
    found: list[Output] = []
    for key, path in outputs.items():
        selections = resolve(system.network, path, "outputs")
        parts: list[Output] = []
        for selection in selections:
            symbol = system.addresses[selection.population, selection.operator, selection.variable]
            number = paths.setdefault(symbol, len(paths))
            shape = system.shapes[symbol]
            names = selection.names
            if not selection.length and shape:
                names = tuple(f"{names[0]}[{element}]" for element in range(shape[0]))
            variable = f"{selection.operator}/{selection.variable}"
            parts.append(Output(key, number, selection.units, names, variable, False, selection.edges))
        alone = sum(len(part.names) for part in parts) == 1
        found += [evolve(part, alone=alone) for part in parts]
    return Recording(tuple(found), tuple(paths))


def table(recording: Recording, system: System, recorded: Sequence[np.ndarray], times: np.ndarray) -> pd.DataFrame:
    """Return recorded variables as a table with time as index."""
    import pandas as pd

    columns: list[np.ndarray] = []
    for output in recording.outputs:
        block = recorded[output.recorded]
        if block.ndim == 1:
            block = np.broadcast_to(block[:, None], (len(block), len(output.names)))
        elif output.units is not None:
            block = block[:, output.units]
        columns.append(block)
    data = np.concatenate(columns, axis=1) if columns else np.empty((len(times), 0))
    frame = pd.DataFrame(data, index=pd.Index(times, name="time"), columns=column_labels(recording), copy=False)
    if data.dtype.kind == "c":
        frame = _with_real_columns(frame, recording, system)
    return frame


def column_labels(recording: Recording) -> Any:
    """Return the labels of the columns of a table, as an index of pandas."""
    import pandas as pd

    labels: list[tuple[str, ...]] = []
    for output in recording.outputs:
        for name in output.names:
            nodes = [name] if output.edges else name.split("/")
            labels.append((output.key,) if output.alone else (output.key, *nodes, output.variable))
    depth = max((len(label) for label in labels), default=1)
    if depth == 1:
        return pd.Index([label[0] for label in labels], dtype=object)
    return pd.MultiIndex.from_tuples([(*label, *[""] * (depth - len(label))) for label in labels])


def _with_real_columns(frame: pd.DataFrame, recording: Recording, system: System) -> pd.DataFrame:
    """Give the columns of real variables a real type."""
    import pandas as pd

    kinds = [
        recording.paths[output.recorded] in system.complex_symbols for output in recording.outputs for _ in output.names
    ]
    series = [
        frame.iloc[:, number] if is_complex else frame.iloc[:, number].to_numpy().real
        for number, is_complex in enumerate(kinds)
    ]
    result = pd.DataFrame(dict(enumerate(series)), index=frame.index)
    result.columns = frame.columns
    return result
