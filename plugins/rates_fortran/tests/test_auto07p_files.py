"""What is written for Auto-07p: equations with derivatives that differences confirm, places of parameters, refusals."""

from __future__ import annotations

import ctypes
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, RatesError, UnknownNameError, UnsupportedFeatureError

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

QIF = "model_templates.neural_mass_models.qif.qif"


def export(circuit: CircuitTemplate, folder: Path, auto: bool | Mapping[str, Any] = True, **more: Any) -> Any:
    """Write the files of a model."""
    return circuit.get_run_func(
        "model_run", file_name=str(folder / "model"), step_size=1e-3, backend="fortran", solver="scipy", auto=auto,
        **more,
    )  # fmt: skip


def circuit(equations: list[str], variables: Mapping[str, Any]) -> CircuitTemplate:
    """Return a circuit of one node with one operator."""
    operator = OperatorTemplate(name="op", equations=equations, variables=dict(variables))
    return CircuitTemplate(name="model", nodes={"p": NodeTemplate(name="unit", operators=[operator])})


class Equations:
    """The routines of a file of equations, as AUTO calls them.

    Args:
        file: that was written.
        states: how many states there are.
    """

    def __init__(self, file: Path, states: int) -> None:
        made = file.with_suffix(".so")
        strict = ["-std=f2008", "-Wall", "-Werror", "-Wno-unused-dummy-argument", "-Wno-unused-function"]
        command = ["gfortran", *strict, "-shared", "-fPIC", str(file), "-o", str(made)]
        done = subprocess.run(
            command, cwd=file.parent, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self._library, self._states = ctypes.CDLL(str(made)), states

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """Return state and parameters at the start; what is not set is NaN."""
        u, par = np.full(self._states, np.nan), np.full(36, np.nan)
        self._library.stpnt_(integer(self._states), place(u), place(par), ctypes.byref(ctypes.c_double(0.0)))
        return u, par

    def func(self, u: np.ndarray, par: np.ndarray, ijac: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the right-hand side, DFDU and DFDP; what is not set is NaN."""
        f, dfdu = np.full(self._states, np.nan), np.full((self._states, self._states), np.nan)
        dfdp = np.full((36, self._states), np.nan)
        self._library.func_(
            integer(self._states), place(u), integer(0), place(par), integer(ijac), place(f), place(dfdu), place(dfdp)
        )
        return f, dfdu.T, dfdp.T

    def boundary(self, par: np.ndarray, u0: np.ndarray, u1: np.ndarray, count: int) -> np.ndarray:
        """Return the boundary conditions."""
        fb = np.full(count, np.nan)
        self._library.bcnd_(
            integer(self._states), place(par), integer(0), integer(count), place(u0), place(u1), place(fb), integer(0),
            None,
        )  # fmt: skip
        return fb


def integer(value: int) -> Any:
    return ctypes.byref(ctypes.c_int(value))


def place(array: np.ndarray) -> Any:
    return ctypes.c_void_p(array.ctypes.data)


def central(function: Any, at: np.ndarray, places: list[int]) -> np.ndarray:
    """Return a derivative by central differences, column by column."""
    columns = []
    for number in places:
        # an error of h^2 f'''/6 and one of 1e-16 |f|/h are both about 1e-10 here
        h = 1e-5 * max(1.0, abs(at[number]))
        up, down = at.copy(), at.copy()
        up[number] += h
        down[number] -= h
        columns.append((function(up) - function(down)) / (up[number] - down[number]))
    return np.column_stack(columns)


def check_derivatives(equations: Equations, u: np.ndarray, par: np.ndarray) -> None:
    """Compare DFDU and DFDP with differences, and see that they are written where they are asked for only."""
    places = [number for number in range(36) if np.isfinite(par[number])]
    f, dfdu, dfdp = equations.func(u, par)
    by_u = central(lambda other: equations.func(other, par, 0)[0], u, list(range(len(u))))
    assert np.allclose(dfdu, by_u, rtol=1e-7, atol=1e-7)
    by_p = central(lambda other: equations.func(u, other, 0)[0], par, places)
    assert np.allclose(dfdp[:, places], by_p, rtol=1e-7, atol=1e-7)
    alone, no_dfdu, no_dfdp = equations.func(u, par, 0)
    assert np.array_equal(alone, f)
    assert np.isnan(no_dfdu).all()
    assert np.isnan(no_dfdp).all()
    assert np.isnan(equations.func(u, par, 1)[2]).all()


def test_users_get_equations_and_constants_beside_each_other(tmp_path: Path) -> None:
    template = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif_sfa")
    made = template.get_run_func(
        func_name="qif_run", file_name=str(tmp_path / "qif_sfa"), step_size=1e-4, backend="fortran", solver="scipy",
        vectorize=False, float_precision="float64", auto=True,
    )  # fmt: skip
    assert [file.name for file in made.files] == ["qif_sfa.f90", "c.ivp", "c.eq", "c.lc", "c.hom"]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(file.name for file in made.files)
    assert made.file == tmp_path / "qif_sfa.f90"
    assert made.source == made.file.read_text()
    assert made.func(*made.args)[0] == pytest.approx(1 / np.pi + 2 * 0.01 * -2.0, rel=1e-14)
    assert (tmp_path / "c.ivp").read_text() == (
        "# qif_sfa: constants for time integration with Auto-07p, generated by rates.\n"
        "unames = {1: 'r', 2: 'v', 3: 'a', 4: 'x'}\n"
        "parnames = {1: 'weight', 2: 'Delta', 3: 'tau', 4: 'eta', 5: 'alpha', 6: 'tau_a', 7: 'I_ext', 11: 'period',\n"
        "    14: 't'}\n"
        "NDIM=4, IPS=-2, IRS=0, ILP=1\n"
        "ICP=['t']\n"
        "NTST=60, NCOL=4, IAD=3, ISP=0, ISW=1, IPLT=0, NBC=0, NINT=0\n"
        "NMX=100000, NPR=1000, MXBF=5, IID=2, ITMX=9, ITNW=7, NWTN=3, JAC=1\n"
        "EPSL=1e-08, EPSU=1e-08, EPSS=1e-06\n"
        "DS=0.0001, DSMIN=1e-08, DSMAX=0.1, IADS=1\n"
        "UZSTOP={14: 1000.0}\n"
    )


def test_derivatives_of_the_mean_field_are_those_of_differences(tmp_path: Path) -> None:
    made = export(CircuitTemplate.from_yaml(QIF), tmp_path)
    equations = Equations(made.files[0], 2)
    u, par = equations.start()
    assert u.tolist() == [0.01, -2.0]
    # edge weights first, then in the order of declaration: weight, Delta, tau, eta, I_ext
    assert par[:5].tolist() == [15.0, 1.0, 1.0, -5.0, 0.0]
    assert np.isnan(par[5:]).all()
    check_derivatives(equations, np.array([0.7, -0.4]), np.where(np.isnan(par), np.nan, par + 0.3))


def test_parameters_skip_what_auto_keeps_for_itself(tmp_path: Path) -> None:
    count = 31
    names = [f"k{number}" for number in range(count)]
    terms = " + ".join(f"{name}*x^{number % 3 + 1}" for number, name in enumerate(names))
    made = export(circuit([f"x' = {terms}"], {"x": "output(0.5)"} | dict.fromkeys(names, 1.25)), tmp_path)
    equations = Equations(made.files[0], 1)
    u, par = equations.start()
    assert np.flatnonzero(np.isnan(par)).tolist() == [9, 10, 11, 12, 13]
    check_derivatives(equations, u, par + np.arange(36))
    # HomCont needs PAR(12) and those behind it, so there is no file for it
    assert [file.name for file in made.files] == ["model.f90", "c.ivp", "c.eq", "c.lc"]


def test_a_model_with_more_parameters_than_auto_takes_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    names = [f"k{number}" for number in range(32)]
    large = circuit([f"x' = {' + '.join(names)} - x"], {"x": "output(0.5)"} | dict.fromkeys(names, 1.0))
    with pytest.raises(UnsupportedFeatureError) as raised:
        export(large, tmp_path)
    assert str(raised.value) == (
        "AUTO takes 31 parameters of a model (PAR(1) to PAR(36) without PAR(10) to PAR(14)); 'model' has 32, of which "
        "'p/op/k31' is the first without a place. Name those that are to change, auto={'parameters': [...]}; the "
        "others keep their values."
    )
    assert not list(tmp_path.iterdir())
    made = export(large, tmp_path, {"parameters": ["k3", "p/op/k31"]})
    u, par = Equations(made.files[0], 1).start()
    assert np.flatnonzero(np.isfinite(par)).tolist() == [0, 1]
    f, _, dfdp = Equations(made.files[0], 1).func(u, par)
    assert (f[0], dfdp[0, :2].tolist()) == (31.5, [1.0, 1.0])


def network() -> CircuitTemplate:
    """Return a population whose units drive each other through a matrix."""
    weights = np.array([[0.0, 0.3, -0.2], [0.5, 0.0, 0.1], [-0.4, 0.7, 0.0]])
    operator = OperatorTemplate(
        name="op", equations=["x' = -x/tau + tanh(u) + drive"],
        variables={"x": "output(0.1)", "u": "input", "tau": 2.0, "drive": 0.5},
    )  # fmt: skip
    node = NodeTemplate(name="unit", operators=[operator])
    units = PopulationTemplate("units", node, 3, {"op/drive": [0.1, 0.2, 0.3], "op/x": [0.4, -0.2, 0.9]})
    edges = [Connectivity("p/op/x", "p/op/u", weights)]
    return CircuitTemplate(name="network", populations={"p": units}, connections=edges)


def test_arrays_are_data_unless_they_are_named(tmp_path: Path) -> None:
    model = network()
    (tmp_path / "data").mkdir()
    made = export(model, tmp_path / "data")
    equations = Equations(made.files[0], 3)
    u, par = equations.start()
    assert u.tolist() == [0.4, -0.2, 0.9]
    assert np.flatnonzero(np.isfinite(par)).tolist() == [0]  # tau
    expected = made.func(*made.args)
    assert np.allclose(equations.func(u, par, 0)[0], expected, rtol=1e-14)
    check_derivatives(equations, u, par)
    assert "data drive(1:3) / 0.1_dp, 0.2_dp, 0.3_dp /" in made.source
    assert "unames = {1: 'x(1)', 2: 'x(2)', 3: 'x(3)'}" in made.files[1].read_text()

    (weights,) = [path for path in made.parameter_paths if path.endswith("weight")]
    (tmp_path / "named").mkdir()
    named = export(model, tmp_path / "named", {"parameters": ["p/op/drive", weights], "along": "p/op/drive"})
    equations = Equations(named.files[0], 3)
    u, par = equations.start()
    assert par[:9].reshape(3, 3).tolist() == [[0.0, 0.3, -0.2], [0.5, 0.0, 0.1], [-0.4, 0.7, 0.0]]
    assert par[[14, 15, 16]].tolist() == [0.1, 0.2, 0.3]
    assert np.flatnonzero(np.isnan(par)).tolist() == [*range(9, 14), *range(17, 36)]
    assert np.allclose(equations.func(u, par, 0)[0], expected, rtol=1e-14)
    check_derivatives(equations, u, par)
    assert "1: 'weight(1,1)', 2: 'weight(1,2)'" in named.files[1].read_text().replace("\n    ", " ")
    assert "ICP=['drive(1)']" in (tmp_path / "named" / "c.eq").read_text()


def test_complex_states_have_two_components(tmp_path: Path) -> None:
    model = circuit(["z' = (mu + 1j*w)*z - z*abs(z)^2"], {"z": "output(0.5 + 0.25j)", "mu": 0.7, "w": 2.0})
    made = export(model, tmp_path)
    equations = Equations(made.files[0], 2)
    u, par = equations.start()
    assert u.tolist() == [0.5, 0.25]
    check_derivatives(equations, np.array([0.3, -0.8]), par)
    assert "unames = {1: 're z', 2: 'im z'}" in (tmp_path / "c.ivp").read_text()


def test_chains_in_place_of_a_delay_are_continued(tmp_path: Path) -> None:
    late = circuit(["x' = -past(x, tau) - x^3"], {"x": "output(0.5)", "tau": 1.0})
    made = export(late, tmp_path, delay_approximation=3)
    equations = Equations(made.files[0], 4)
    u, par = equations.start()
    assert np.allclose(u, 0.5)
    check_derivatives(equations, np.array([0.3, 0.2, -0.1, 0.6]), par)


def test_time_of_boundary_value_problems_goes_from_zero_to_one(tmp_path: Path) -> None:
    model = circuit(["x' = z", "z' = -k*x"], {"x": "output(1.0)", "z": "variable(0.0)", "k": 4.0})
    made = export(model, tmp_path, {"boundary": ["start(x) = k", "2*end(z) - start(z)*period"], "along": "k"})
    assert [file.name for file in made.files] == ["model.f90", "c.bvp"]
    equations = Equations(made.files[0], 2)
    u, par = equations.start()
    par[10] = 3.0
    f, _, _ = equations.func(u, par, 0)
    assert f.tolist() == [0.0, -12.0]
    check_derivatives(equations, np.array([0.3, 0.2]), par)
    vanishing = equations.boundary(par, np.array([5.0, 2.0]), np.array([7.0, 11.0]), 2)
    assert vanishing.tolist() == [5.0 - 4.0, 22.0 - 6.0]
    assert "NDIM=2, IPS=4, IRS=0" in (tmp_path / "c.bvp").read_text()
    assert "PAR={11: 1.0}" in (tmp_path / "c.bvp").read_text()


def test_variables_may_have_the_names_of_autos_arguments(tmp_path: Path) -> None:
    variables = {"u": "output(0.3)", "f": "variable(0.2)", "par": 0.5, "icp": 1.5, "ndim": 2.0, "dfdu": 0.25}
    model = circuit(["u' = par*f - icp*u^2 + ndim", "f' = -dfdu*f*u"], variables)
    settings = {"parameters": ["icp"], "boundary": ["start(u) = par", "end(f) = icp"], "integral": ["u = f + par"]}
    made = export(model, tmp_path, settings)
    equations = Equations(made.files[0], 2)
    u, par = equations.start()
    par[10] = 1.0
    assert np.allclose(equations.func(u, par, 0)[0], made.func(*made.args), rtol=1e-14)
    check_derivatives(equations, u, par)
    assert equations.boundary(par, np.array([3.0, 2.0]), np.array([7.0, 11.0]), 2).tolist() == [2.5, 9.5]


LATE = circuit(["x' = -past(x, tau)"], {"x": "output(0.5)", "tau": 1.0})
TIMED = circuit(["x' = sin(t) - k*x"], {"x": "output(0.5)", "k": 1.0})
FED = circuit(["x' = drive - x"], {"x": "output(0.5)", "drive": "input"})
PICKED = circuit(["x' = index(k, n) - x"], {"x": "output(0.5)", "k": [1.0, 2.0], "n": 1.0})
PLAIN = circuit(["x' = k - x", "z' = x - q*z"], {"x": "output(0.5)", "z": "variable(0.0)", "k": 1.0, "q": 2.0})
TURNING = circuit(["z' = w*z"], {"z": "output(1.0 + 0.0j)", "w": 1j})
REFUSED: list[tuple[CircuitTemplate, Any, type[RatesError], str]] = [
    (LATE, True, UnsupportedFeatureError,
     "AUTO continues ordinary differential equations; 'model' reads 'p/op/x' with a delay. "
     "delay_approximation=n puts chains of n states in place of delays."),
    (TIMED, True, UnsupportedFeatureError,
     "AUTO continues equations that do not change with time; those of 'model' read t. "
     "Make what it drives an oscillator with states of its own."),
    (PICKED, True, UnsupportedFeatureError,
     "'model' computes an index; AUTO cannot be told that it lies outside of its axis. "
     "Write fixed indices, or choose among values with where()."),
    (TURNING, {"parameters": ["w"]}, ArgumentError,
     "auto: the parameter 'p/op/w' is complex; AUTO continues in real numbers."),
    (PLAIN, {"parameters": ["k"], "along": "q"}, ArgumentError,
     "auto: along names 'p/op/q', which is not among the parameters that AUTO is given. Name it in parameters too."),
    (PLAIN, {"record": {"k": "maximum(x)"}}, ArgumentError,
     "auto: record cannot be called 'k', which is a parameter. Choose another name."),
    (PLAIN, {"boundary": ["start(x) = 0"]}, ArgumentError,
     "auto: 1 conditions are given for 2 states. A continuation needs at least 2, and can meet up to 4 by changing the "
     "parameters and the length of the interval."),
]  # fmt: skip


@pytest.mark.parametrize(("model", "auto", "kind", "message"), REFUSED)
def test_what_auto_cannot_do_is_refused_before_a_file_is_written(
    model: CircuitTemplate, auto: Any, kind: type[RatesError], message: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        export(model, tmp_path, auto)
    assert not list(tmp_path.iterdir())


def test_inputs_are_parameters_and_may_not_be_fed(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFeatureError) as raised:
        export(FED, tmp_path, inputs={"p/op/drive": np.ones(10)})
    assert str(raised.value) == (
        "AUTO continues equations that do not change with time; inputs feed 'p/op/drive'. "
        "Without inputs=, each is a parameter."
    )
    _, par = Equations(export(FED, tmp_path).files[0], 1).start()
    assert par[0] == 0.0


@pytest.mark.parametrize("name", ["func", "STPNT", "main"])
def test_functions_may_not_be_called_as_routines_of_auto(name: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=f"^AUTO has a routine '{name}' of its own; choose another func_name.$"):
        PLAIN.get_run_func(name, file_name=str(tmp_path / "model"), step_size=0.1, backend="fortran", auto=True)


def test_functions_have_names_of_which_others_can_be_made(tmp_path: Path) -> None:
    longest = "f" * 49
    PLAIN.get_run_func(longest, file_name=str(tmp_path / "model"), step_size=0.1, backend="fortran", auto=True)
    assert Equations(tmp_path / "model.f90", 2).start()[0].tolist() == [0.5, 0.0]
    with pytest.raises(ArgumentError, match=r"^func_name is 50 letters long; for AUTO it may have 49\.$"):
        PLAIN.get_run_func(
            f"{longest}f", file_name=str(tmp_path / "model"), step_size=0.1, backend="fortran", auto=True
        )


def test_a_folder_that_has_files_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "c.lc").write_text("my own constants\n")
    with pytest.raises(ArgumentError) as raised:
        export(PLAIN, tmp_path)
    assert str(raised.value) == (
        f"'{tmp_path / 'c.lc'}' exists and was not generated by rates; it is left alone. "
        "Choose another name, or remove it."
    )
    assert [file.name for file in tmp_path.iterdir()] == ["c.lc"]
    (tmp_path / "c.lc").unlink()
    export(PLAIN, tmp_path)
    export(PLAIN, tmp_path)  # what would be written is there
    edited = (tmp_path / "c.eq").read_text().replace("NMX", "NMX=7, NMX")
    (tmp_path / "c.eq").write_text(edited)
    with pytest.raises(ArgumentError) as raised:
        export(PLAIN, tmp_path)
    assert str(raised.value) == (
        f"'{tmp_path / 'c.eq'}' exists and was edited, or generated for something else. It is left alone. "
        "Choose another folder, or remove it."
    )
    assert (tmp_path / "c.eq").read_text() == edited
    with pytest.raises(ArgumentError) as raised:
        PLAIN.get_run_func("other_run", file_name=str(tmp_path / "other"), step_size=0.1, backend="fortran", auto=True)
    assert str(raised.value) == (
        f"'{tmp_path / 'c.ivp'}' exists and was edited, or generated for something else. It is left alone. "
        "Choose another folder, or remove it."
    )
    assert not (tmp_path / "other.f90").exists()


def test_unknown_names_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as raised:
        export(PLAIN, tmp_path, {"along": "kk"})
    assert str(raised.value) == ("auto: there is no parameter 'kk'. Did you mean 'k'? Parameters: p/op/k, p/op/q.")
    with pytest.raises(UnknownNameError) as raised:
        export(PLAIN, tmp_path, {"boundary": ["end(xx) = 1"]})
    assert str(raised.value) == (
        "auto: boundary: 'end(xx) = 1' asks for end(xx), and there is no state 'xx'. Did you mean 'x'? "
        "States: p/op/x, p/op/z."
    )
