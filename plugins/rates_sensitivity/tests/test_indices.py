"""Indices of functions for which they are known in closed form, computed through runs."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import rates_sensitivity
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError
from rates_core.plugins import load_target
from rates_sensitivity import morris_effects, sobol_indices

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

matplotlib.use("Agg")
RUN = {"simulation_time": 0.1, "step_size": 0.1, "outputs": {"z": "p/op/z"}, "reduce": "last", "verbose": False}
WHOLE = (-np.pi, np.pi)


def circuit(equation: str, **variables: float) -> CircuitTemplate:
    """Return a model whose variable z is a function of parameters."""
    operator = OperatorTemplate("op", ["x' = -x", f"z = {equation} + 0*x"], {"x": "variable(1.0)", "z": "output",
                                                                         **variables})  # fmt: skip
    return CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])})


@pytest.fixture(scope="module")
def ishigami() -> CircuitTemplate:
    return circuit("sin(a) + 7*sin(b)^2 + 0.1*c^4*sin(a)", a=0.0, b=0.0, c=0.0)


RANGES = {"p/op/a": WHOLE, "p/op/b": WHOLE, "p/op/c": WHOLE}
# Ishigami and Homma (1990): variances of the parts with 7 and 0.1
PARTS = {
    "a": (1 + 0.1 * np.pi**4 / 5) ** 2 / 2,
    "b": 7**2 / 8,
    "ac": 0.1**2 * np.pi**8 * 8 / 225,
}
TOTAL = sum(PARTS.values())


def test_sobol_indices_of_ishigamis_function(ishigami: CircuitTemplate) -> None:
    found = sobol_indices(ishigami, RANGES, 1024, second_order=True, seed=1, **RUN)
    alone = [PARTS["a"] / TOTAL, PARTS["b"] / TOTAL, 0.0]
    taking_part = [(PARTS["a"] + PARTS["ac"]) / TOTAL, PARTS["b"] / TOTAL, PARTS["ac"] / TOTAL]
    table = found["z_last"]
    assert list(table.index) == list(RANGES)
    assert np.allclose(table["S1"], alone, atol=0.03)
    assert np.allclose(table["ST"], taking_part, atol=0.03)
    assert found.pairs is not None
    assert found.pairs.loc[("z_last", "p/op/a", "p/op/c"), "S2"] == pytest.approx(PARTS["ac"] / TOTAL, abs=0.05)
    assert len(found.sweep) == 1024 * (2 * 3 + 2)
    assert repr(found) == "<Sensitivity, sobol: z_last of p/op/a, p/op/b, p/op/c>"


def test_intervals_are_as_wide_as_the_level_asks_for(ishigami: CircuitTemplate) -> None:
    wide, narrow = (sobol_indices(ishigami, RANGES, 64, confidence=level, seed=1, **RUN) for level in (0.99, 0.5))
    assert (wide.table["S1_conf"] > narrow.table["S1_conf"]).all()
    assert narrow.pairs is None


def test_equal_seeds_give_equal_indices(ishigami: CircuitTemplate) -> None:
    one, same, other = (sobol_indices(ishigami, RANGES, 16, seed=seed, **RUN).table for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_morris_effects_of_a_plane_are_its_slopes_over_whole_ranges() -> None:
    plane = circuit("3*a - 2*b", a=0.0, b=0.0)
    table = morris_effects(plane, {"p/op/a": (0.0, 2.0), "p/op/b": (1.0, 2.0)}, 8, seed=1, **RUN)["z_last"]
    assert np.allclose(table["mu"], [6.0, -2.0], rtol=1e-12)
    assert np.allclose(table["mu_star"], [6.0, 2.0], rtol=1e-12)
    assert np.allclose(table["sigma"], 0.0, atol=1e-12)


def test_effects_that_rest_on_another_parameter_have_a_spread() -> None:
    # on the levels 0, 1/3, 2/3, 1 the effect of a is b, whose values are equally frequent: their variance is 5/36
    product = circuit("a*b", a=0.0, b=0.0)
    found = morris_effects(product, {"p/op/a": (0.0, 1.0), "p/op/b": (0.0, 1.0)}, 500, seed=1, **RUN)["z_last"]
    assert np.allclose(found["mu"], 0.5, atol=0.05)
    assert np.allclose(found["sigma"], np.sqrt(5 / 36), atol=0.03)


def test_a_logarithmic_range_has_equal_shares_of_the_logarithm() -> None:
    logarithm = circuit("log(a) + b", a=1.0, b=0.0)
    ranges = {"p/op/a": (1.0, np.e**2, "log"), "p/op/b": (0.0, 1.0)}
    table = sobol_indices(logarithm, ranges, 512, seed=1, **RUN)["z_last"]
    assert np.allclose(table["S1"], [0.8, 0.2], atol=0.02)  # variances 4/12 and 1/12


def test_every_number_that_is_kept_has_its_indices(ishigami: CircuitTemplate) -> None:
    found = sobol_indices(ishigami, RANGES, 8, seed=1, **{**RUN, "reduce": ["last", "mean"]})
    assert list(found.table.index.get_level_values(0).unique()) == ["z_last", "z_mean"]
    with pytest.raises(UnknownNameError) as caught:
        found["z_men"]
    assert str(caught.value) == "There is no number 'z_men'. Did you mean 'z_mean'?"


def test_a_number_that_does_not_vary_has_shares_of_zero() -> None:
    constant = circuit("0*a + 0*b", a=0.0, b=0.0)
    table = sobol_indices(constant, {"p/op/a": (0.0, 1.0), "p/op/b": (0.0, 1.0)}, 8, seed=1, **RUN).table
    assert (table[["S1", "ST"]] == 0.0).all(axis=None)


@pytest.mark.parametrize("method", [sobol_indices, morris_effects])
def test_the_picture_has_a_bar_for_each_parameter_and_index(ishigami: CircuitTemplate, method) -> None:
    axes = method(ishigami, RANGES, 8, seed=1, **RUN).plot()
    assert [len(bars) for bars in axes.containers if hasattr(bars, "patches")] == [3, 3]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(RANGES)
    assert axes.get_title() == "z_last"


def test_points_that_end_early_leave_no_indices() -> None:
    explodes = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [
        OperatorTemplate("op", "x' = k*x^2", {"x": "output(1.0)", "k": 1.0}),
    ])})  # fmt: skip
    with pytest.warns(RuntimeWarning, match="points ended early"), pytest.raises(SimulationError) as caught:
        sobol_indices(
            explodes, {"p/op/k": (0.0, 100.0), "p/op/x": (1.0, 2.0)}, 8, 5.0, step_size=0.1, reduce="last",
            outputs={"x": "p/op/x"}, seed=1, verbose=False,
        )  # fmt: skip
    assert " of 32 points ended early, and indices need all of them. Choose ranges in which every run ends." in str(
        caught.value
    )
    assert len(caught.value.result) == 32


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        (sobol_indices, {"count": 12}, "count must be a power of 2, at which Sobol's points are balanced; it is 12."),
        (morris_effects, {"count": 1}, "count must be a whole number of at least 2; it is 1."),
        (morris_effects, {"count": 8, "levels": 5}, "levels must be an even number of at least 2; it is 5."),
        (
            morris_effects,
            {"count": 8, "confidence": 95},
            "confidence must be a number between 0 and 1; it is 95.",
        ),
        (sobol_indices, {"count": 8, "ranges": {}}, "ranges must be a dict of path to (low, high); it is {}."),
    ],
)
def test_what_is_no_argument_is_said(ishigami: CircuitTemplate, method, arguments, text) -> None:
    with pytest.raises(ArgumentError) as caught:
        method(ishigami, **{"ranges": RANGES, **RUN, **arguments})
    assert str(caught.value) == text


def test_a_complex_number_has_no_shares() -> None:
    rotating = CircuitTemplate("c", nodes={"p": NodeTemplate("n", [
        OperatorTemplate("op", "z' = I*k*z", {"z": "output(1.0j)", "k": 1.0}),
    ])})  # fmt: skip
    with pytest.raises(ArgumentError) as caught:
        sobol_indices(rotating, {"p/op/k": (0.0, 1.0)}, 8, seed=1, **{**RUN, "outputs": {"z": "p/op/z"}})
    assert str(caught.value) == "reduce: 'z_last' is complex; its variance has no shares. Take its size or a part."


def test_both_are_offered_as_analyses() -> None:
    offered = {spec.name: load_target(spec.target) for spec in rates_sensitivity.rates_analyses()}
    assert offered == {"sobol_indices": sobol_indices, "morris_effects": morris_effects}
