"""Networks whose connections lie in files beside them, as tvbo saves them: HDF5, Zarr, text, folders of BIDS."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import zarr
from rates_core.errors import RatesError
from rates_core.reference import Interpreter
from rates_tvbo.reader import read
from rates_tvbo.writer import write

from rates_core import CircuitTemplate, OmissionWarning

Writer = Callable[..., Path]

NODES = "nodes: [{id: 0, label: A}, {id: 1, label: B}, {id: 2, label: C}]\n"
LEAK = """\
label: net
schema_version: tvb-datamodel/0.7.0
data_file: net.h5
dynamics:
  leak:
    name: leak
    coupling_inputs: {c: {}}
    state_variables: {x: {equation: {rhs: c - x}, initial_value: 1.0, coupling_variable: true}}
"""
WEIGHTS = np.array([[0.0, 0.5, 0.0], [0.25, 0.0, -2.0], [1e-9, 0.0, 0.125]])  # target by source
LENGTHS = np.array([[0.0, 6.0, 1.0], [6.0, 0.0, 3.0], [9.0, 3.0, 0.0]])


def store(folder: Path, kind: str = "dense", name: str = "net.h5", **matrices: Any) -> None:
    """Write matrices as tvbo does."""
    with h5py.File(folder / name, "w") as file:
        for key, matrix in (matrices or {"weight": WEIGHTS, "length": LENGTHS}).items():
            group = file.create_group(f"edges/{key}")
            group.attrs["format"] = kind
            group.attrs["shape"] = list(matrix.shape)
            if kind == "dense":
                group["data"] = matrix
                continue
            rows, columns = np.nonzero(matrix)
            group["data"] = matrix[rows, columns]
            group["indices" if kind == "csr" else "col"] = columns
            group["indptr" if kind == "csr" else "row"] = (
                np.searchsorted(rows, np.arange(len(matrix) + 1)) if kind == "csr" else rows
            )


def edges(circuit: CircuitTemplate) -> dict[str, tuple[Any, Any]]:
    return {str(edge): (edge.weight, edge.delay) for edge in circuit.edges}


@pytest.mark.parametrize("kind", ["dense", "csr", "coo"])
def test_each_weight_that_is_not_0_is_an_edge_with_its_delay(file: Writer, tmp_path: Path, kind: str) -> None:
    store(tmp_path, kind)
    circuit = read(file(LEAK + NODES))
    names = "ABC"
    expected = {
        f"{names[source]}/leak_op/x->{names[target]}/leak_op/c": (
            WEIGHTS[target, source],
            LENGTHS[target, source] / 3.0,  # at 3 mm/ms
        )
        for target, source in zip(*np.nonzero(WEIGHTS), strict=True)
    }
    assert edges(circuit) == expected
    again = file("", "again.yaml")
    write(circuit, again)
    assert read(again) == circuit


def test_nodes_may_stand_beside_the_matrices(file: Writer, tmp_path: Path) -> None:
    store(tmp_path)
    file(f"label: net\nnumber_of_nodes: 3\ndata_file: net.h5\n{NODES}edges: [{{label: weight}}]\n", "net.yaml")
    assert read(file(LEAK)) == read(file(LEAK + NODES))


def test_matrices_that_are_no_connections_are_left_out_and_named(file: Writer, tmp_path: Path) -> None:
    store(tmp_path, sc=WEIGHTS, fc=LENGTHS)
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path := file(LEAK + NODES))
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  matrix that is neither of weights nor of lengths: edge fc"
    )
    assert {delay for _, delay in edges(circuit).values()} == {None}


def test_a_network_says_which_matrix_are_its_weights(file: Writer, tmp_path: Path) -> None:
    store(tmp_path, weight=WEIGHTS, strong=2.0 * WEIGHTS)
    with pytest.warns(OmissionWarning, match="edge weight"):
        circuit = read(file(f"{LEAK}primary_weight: strong\n{NODES}"))
    assert [edge.weight for edge in circuit.edges] == [2.0 * one for one in WEIGHTS[np.nonzero(WEIGHTS)]]


@pytest.mark.parametrize(
    ("rhs", "made"),
    [
        ("W / W_max", WEIGHTS / 0.5),
        ("W / max(W)", WEIGHTS / 0.5),
        ("(M - M_min) / (M_max - M_min)", (WEIGHTS + 2.0) / 2.5),
        ("k*W / W_rowsum_safe", 4.0 * WEIGHTS / np.array([[0.5], [1.0], [0.125 + 1e-9]])),
        ("where(W > 0, W*exp(-L/6.0), 0)", np.where(WEIGHTS > 0, WEIGHTS * np.exp(-LENGTHS / 6.0), 0.0)),
    ],
)
def test_transforms_change_the_weights(file: Writer, tmp_path: Path, rhs: str, made: np.ndarray) -> None:
    store(tmp_path)
    transforms = f"transforms: [{{name: weight, arguments: {{k: {{value: 4.0}}}}, equation: {{rhs: '{rhs}'}}}}]\n"
    circuit = read(file(LEAK + transforms + NODES))
    found = np.zeros((3, 3))
    for edge in circuit.edges:
        ends = ["ABC".index(path[0]) for path in (edge.target, edge.source)]
        found[tuple(ends)] = edge.weight
    assert found == pytest.approx(made, rel=1e-15)


def test_transforms_follow_each_other(file: Writer, tmp_path: Path) -> None:
    store(tmp_path)
    twice = "transforms: [{name: weight, equation: {rhs: 2*W}}, {name: weight, equation: {rhs: W + 1}}]\n"
    circuit = read(file(LEAK + twice + NODES))
    assert len(circuit.edges) == 9
    assert circuit.get_var("B/leak_op/x->A/leak_op/c/weight") == 2.0


def test_couplings_act_on_matrices_too(file: Writer, tmp_path: Path) -> None:
    store(tmp_path)
    coupling = (
        "coupling:\n  K:\n    parameters: {a: {value: 3.0}}\n    pre_expression: {rhs: x_j*(x_j - x_i)}\n"
        "    post_expression: {rhs: a*gx + 1}\n"
    )
    store(tmp_path, weight=WEIGHTS)
    path, again = file(LEAK + coupling + NODES), file("", "again.yaml")
    write(read(path), again)
    x = np.array([0.5, -1.0, 2.0])
    arrived = (WEIGHTS * (x[None, :] * (x[None, :] - x[:, None]))).sum(axis=1)
    for one in (path, again):
        state = {f"{label}/leak_op/x": value for label, value in zip("ABC", x, strict=True)}
        found = Interpreter(read(one)).derivative(0.0, state)
        assert list(found.values()) == pytest.approx(3.0 * arrived + 1.0 - x, rel=1e-12)


def test_kinds_of_nodes_are_connected_by_blocks(file: Writer, tmp_path: Path) -> None:
    store(tmp_path)
    text = LEAK + (
        "  grow:\n    name: grow\n    coupling_inputs: {d: {}}\n"
        "    state_variables: {y: {equation: {rhs: d + y}, initial_value: 2.0, coupling_variable: true}}\n"
    )
    kinds = {"A": "leak", "B": "grow", "C": "leak"}
    nodes = [f"{{id: {place}, label: {one}, dynamics: {kinds[one]}}}" for place, one in enumerate(kinds)]
    mixed = f"nodes: [{', '.join(nodes)}]\n"
    assert set(edges(read(file(text + mixed)))) == {
        "B/grow_op/y->A/leak_op/c",
        "A/leak_op/x->B/grow_op/d",
        "C/leak_op/x->B/grow_op/d",
        "A/leak_op/x->C/leak_op/c",
        "C/leak_op/x->C/leak_op/c",
    }


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "another size": (
        {"weight": np.ones((2, 2))},
        "",
        "ModelFileError: {path}:1: Network 'net': The matrix 'weight' of 'net.h5' is 2 x 2, and there are 3 nodes.",
    ),
    "no weights": (
        {"fc": WEIGHTS},
        "",
        "UnsupportedFeatureError: {path}:3: Network 'net': The weights are the matrix one of 'weight', 'weights', "
        "'sc'; 'net.h5' has 'fc'.",
    ),
    "weights that are not there": (
        {"weight": WEIGHTS},
        "primary_weight: strong\n",
        "UnsupportedFeatureError: {path}:3: Network 'net': The weights are the matrix 'strong'; 'net.h5' has 'weight'.",
    ),
    "units that do not match": (
        {"weight": WEIGHTS, "length": LENGTHS},
        "edges: [{label: weight}, {label: length, unit: cm}]\n",
        "ModelFileError: {path}:1: Network 'net': The matrix 'length' is in 'cm', and distance_unit is 'mm'. TVBO "
        "converts neither; say both in one unit.",
    ),
    "edges besides": (
        {"weight": WEIGHTS},
        "edges: [{source: 0, target: 1}]\n",
        "UnsupportedFeatureError: {path}:9: edge '0': The network has matrices too, and TVBO takes those alone. Leave "
        "one of them out.",
    ),
    "a transform by a program": (
        {"weight": WEIGHTS},
        "transforms: [{name: weight, callable: {module: numpy, name: sqrt}}]\n",
        "UnsupportedFeatureError: {path}:9: transform '0': It is made by a program (callable), which is not read. Give "
        "the weights that it makes.",
    ),
    "a transform of what is not there": (
        {"weight": WEIGHTS},
        "transforms: [{name: weight, equation: {rhs: W / W_mx}}]\n",
        "EquationError: {path}:9, equation of transform 'weight': Nothing in the file is called 'W_mx'. Did you mean "
        "'W_max'? In 'W / W_mx'.",
    ),
}


@pytest.mark.parametrize(("matrices", "text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_by_name(
    file: Writer, tmp_path: Path, matrices: dict[str, Any], text: str, message: str
) -> None:
    store(tmp_path, **matrices)
    path = file(LEAK + text + NODES)
    with pytest.raises(RatesError) as caught:
        read(path)
    assert f"{type(caught.value).__name__}: {caught.value}" == message.format(path=path)


def test_a_file_that_is_not_there_or_is_no_hdf5_is_named(file: Writer, tmp_path: Path) -> None:
    path = file(LEAK + NODES)
    with pytest.raises(RatesError) as caught:
        read(path)
    data = tmp_path / "net.h5"
    assert str(caught.value) == f"{path}:3: Network 'net': Its matrices are in 'net.h5', and there is no file {data}."
    data.write_text("no HDF5")
    with pytest.raises(RatesError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{data} cannot be read as HDF5: ")
    with h5py.File(data, "w") as content:
        content["mesh"] = np.ones(3)
    with pytest.raises(RatesError) as caught:
        read(path)
    assert str(caught.value) == f"{data} has no group 'edges', where TVBO keeps the matrices of a network."


def test_the_matrices_alone_are_no_model(tmp_path: Path) -> None:
    store(tmp_path)
    with pytest.raises(RatesError) as caught:
        read(tmp_path / "net.h5")
    assert str(caught.value) == (
        f"{tmp_path / 'net.h5'} is no file of TVBO. It looks like HDF5, in which TVBO keeps matrices: read the YAML "
        "that names it."
    )


def test_without_h5py_the_remedy_is_said(file: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(RatesError) as caught:
        read(file(LEAK + NODES))
    assert str(caught.value) == (
        "'net.h5' holds matrices in HDF5, which h5py reads, and it is not installed. Install with: pip install h5py, "
        "or pip install 'rates-tvbo[hdf5]'."
    )


def test_a_store_of_zarr_is_read_as_a_file_of_hdf5(
    file: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, "csr")
    group = zarr.open_group(str(tmp_path / "net.zarr"), mode="w")
    for name, matrix in {"weight": WEIGHTS, "length": LENGTHS}.items():
        one = group.create_group(f"edges/{name}", attributes={"format": "dense", "shape": [3, 3]})
        one.create_array("data", shape=matrix.shape, dtype=matrix.dtype)[:] = matrix
    path = file(LEAK.replace("net.h5", "net.zarr") + NODES, "zarr.yaml")
    assert edges(read(path)) == edges(read(file(LEAK + NODES)))
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(RatesError) as caught:
        read(path)
    assert str(caught.value) == (
        "'net.zarr' holds matrices in Zarr, which zarr reads, and it is not installed. Install with: pip install zarr, "
        "or pip install 'rates-tvbo[zarr]'."
    )


def test_a_matrix_of_text_is_the_weights_and_others_that_are_named_are_said(file: Writer, tmp_path: Path) -> None:
    np.savetxt(tmp_path / "net.csv", WEIGHTS)  # as tvbo does
    path = file(LEAK.replace("net.h5", "net.csv") + "edges: [{label: weight}, {label: length}]\n" + NODES)
    with pytest.warns(OmissionWarning) as caught:
        found = edges(read(path))
    assert str(caught[0].message).endswith("\n  matrix that 'net.csv' does not have: edge length")
    assert found["B/leak_op/x->A/leak_op/c"] == (0.5, None)
    assert len(found) == 5


SYMMETRIC = WEIGHTS + WEIGHTS.T


def test_a_matrix_between_commas_makes_edges_of_both_directions(file: Writer, tmp_path: Path) -> None:
    np.savetxt(tmp_path / "w.csv", SYMMETRIC, delimiter=",")
    named = LEAK.replace("data_file: net.h5", "edge_matrix_files: [w.csv, lengths.csv]")
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(file(named + NODES))
    assert str(caught[0].message).endswith(
        "\n  matrix after the first, which is the one that tvbo reads: file lengths.csv"
    )
    assert {name: pair[0] for name, pair in edges(circuit).items()} == {
        f"{'ABC'[source]}/leak_op/x->{'ABC'[target]}/leak_op/c": SYMMETRIC[target, source]
        for target in range(3)
        for source in range(3)
        if SYMMETRIC[target, source]
    }


def bids(folder: Path, **tables: np.ndarray) -> str:
    """Write tables of measures and labels, and return what a network says of them."""
    (folder / "bids").mkdir()
    for name, matrix in tables.items():
        np.savetxt(folder / "bids" / f"atlas-DK_meas-{name}_relmat.dense.tsv", matrix, delimiter="\t")
    rows = ["matrix_index\tlabel", "0\tL.A", "1\tL.B", "2\tR.A"]
    (folder / "bids" / "atlas-DK_nodeindices.tsv").write_text("\n".join(rows) + "\n")
    return LEAK.replace("data_file: net.h5", "bids_dir: bids\nstructural_measures: [count, length]")


def test_a_folder_of_bids_gives_weights_lengths_and_labels(file: Writer, tmp_path: Path) -> None:
    circuit = read(file(bids(tmp_path, count=WEIGHTS, length=LENGTHS, fc=LENGTHS)))
    assert list(circuit.nodes) == ["L_A", "L_B", "R_A"]
    found = edges(circuit)
    assert found["L_B/leak_op/x->L_A/leak_op/c"] == (0.5, 2.0)  # 6 mm at 3 mm/ms
    assert found["R_A/leak_op/x->L_B/leak_op/c"] == (-2.0, 1.0)
    assert len(found) == 5


FILES: dict[str, tuple[str, str]] = {
    "another format": (
        "data_file: net.mat",
        "UnsupportedFeatureError: {path}:3: Network 'net': Its matrices are in 'net.mat'; those of TVBO are in files "
        "of .h5, .hdf5, .zarr, .csv.",
    ),
    "no such file between commas": (
        "edge_matrix_files: [w.csv]",
        "ModelFileError: {path}:3: Network 'net': Its weights are in 'w.csv', and there is no file {folder}/w.csv.",
    ),
    "one of two weights is lost": (
        "edge_matrix_files: [one_way.csv]",
        "UnsupportedFeatureError: {path}:3: Network 'net': 'one_way.csv' is not symmetric, and tvbo makes edges of "
        "both directions of it, so that one of two weights is lost. Keep the matrix in a "
        "data_file, or write edges that are "
        "directed.",
    ),
    "no folder": (
        "bids_dir: elsewhere",
        "ModelFileError: {path}:3: Network 'net': Its matrices are in 'elsewhere', and there is no folder "
        "{folder}/elsewhere.",
    ),
    "measures that are not named": (
        "bids_dir: bids",
        "UnsupportedFeatureError: {path}:3: Network 'net': It does not say which measure of 'bids' is the weights and "
        "which the lengths. Name them, as in structural_measures: [streamlineCount, tractLength].",
    ),
    "a measure that is not there": (
        "bids_dir: bids\nstructural_measures: [count, time]",
        "ModelFileError: {path}:4: Network 'net': The folder {folder}/bids has no table of the measure 'time'.",
    ),
}


@pytest.mark.parametrize(("said", "message"), FILES.values(), ids=FILES)
def test_files_that_are_not_there_or_not_clear_are_named(
    file: Writer, refusal: Callable[[Path], str], tmp_path: Path, said: str, message: str
) -> None:
    np.savetxt(tmp_path / "one_way.csv", WEIGHTS, delimiter=",")
    bids(tmp_path, count=WEIGHTS)
    path = file(LEAK.replace("data_file: net.h5", said) + NODES)
    assert refusal(path) == message.format(path=path, folder=tmp_path)


def test_text_that_is_no_matrix_is_named(file: Writer, tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text("a b\n")
    with pytest.raises(RatesError) as caught:
        read(file(LEAK.replace("net.h5", "net.csv") + NODES))
    assert str(caught.value).startswith(f"{tmp_path / 'net.csv'} is no matrix of numbers: ")
