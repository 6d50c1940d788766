"""What a user waits for who brings a network of another tool."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clock import inside
from benchmarks.row import Row, Target
from benchmarks.settings import Settings

REGIONS = 76
DYNAMICS = """\
dynamics:
  Generic2dOscillator:
    name: Generic2dOscillator
    parameters: {a: {value: -2.0}, b: {value: -10.0}, d: {value: 0.02}, tau: {value: 1.0}}
    coupling_inputs: {c: {}}
    state_variables:
      V: {equation: {rhs: d*tau*(-V**3 + 3*V**2 + W + c)}, initial_value: 0.1, coupling_variable: true}
      W: {equation: {rhs: d*(a + b*V - W)/tau}, initial_value: 0.1}
"""
# The process has imported rates_core and nothing else, so what reading needs is imported in the measured time. It is
# the work of one thread, whose own time does not tell how busy the machine is.
READ = """
import time
from rates_core import CircuitTemplate
start = time.process_time()
circuit = CircuitTemplate.from_file({path!r}, format="tvbo")
taken = time.process_time() - start
assert len(circuit.edges) == {edges} and all(edge.delay for edge in circuit.edges)
print(taken)
"""


def rows(settings: Settings) -> Iterator[partial[Row]]:
    """Yield the rows of formats."""
    yield partial(network_with_matrices, settings)
    yield partial(network_of_single_edges, settings)


def network_with_matrices(settings: Settings) -> Row:
    """Measure a network as tvbo saves it: weights and lengths in HDF5 beside it."""
    import h5py
    import numpy as np

    with TemporaryDirectory() as folder:
        lengths = np.linspace(5.0, 150.0, REGIONS**2).reshape(REGIONS, REGIONS)
        with h5py.File(Path(folder) / "net.h5", "w") as file:
            for name, matrix in (("weight", 1.0 - np.eye(REGIONS)), ("length", lengths)):
                group = file.create_group(f"edges/{name}")
                group.attrs["format"], group.attrs["shape"] = "dense", list(matrix.shape)
                group["data"] = matrix.astype("float32")
        ours = _seconds(Path(folder), "data_file: net.h5\n", settings)
    return Row(
        f"import of a network of {REGIONS} regions with delays from TVBO, matrices in HDF5",
        ours=ours,
        target=Target(seconds=0.3),
    )


def network_of_single_edges(settings: Settings) -> Row:
    """Measure the same network with each edge in YAML, which only informs: tvbo writes no file like this."""
    ends = [(source, target) for source in range(REGIONS) for target in range(REGIONS) if source != target]
    edges = [
        f"- {{source: {source}, target: {target}, weight: 1.0, distance: {5.0 + place / 40}, directed: true}}"
        for place, (source, target) in enumerate(ends)
    ]
    with TemporaryDirectory() as folder:
        ours = _seconds(Path(folder), "\n".join(["edges:", *edges, ""]), settings)
    return Row(f"the same with its {len(edges)} edges in YAML", ours=ours)


def _seconds(folder: Path, connections: str, settings: Settings) -> float:
    nodes = "".join(f"- {{id: {number}, label: region_{number}}}\n" for number in range(REGIONS))
    path = folder / "net.yaml"
    path.write_text(f"label: net\n{DYNAMICS}nodes:\n{nodes}{connections}", encoding="utf-8")
    return inside(READ.format(path=str(path), edges=REGIONS * (REGIONS - 1)), settings.repeats)
