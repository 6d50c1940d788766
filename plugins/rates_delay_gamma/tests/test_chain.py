"""Distributed delays against integrals of gamma densities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rates_core.errors import ApproximationWarning, ArgumentError, TemplateError
from scipy.integrate import quad

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

SOURCE = OperatorTemplate(name="s", equations="x' = -x", variables={"x": "output(1.0)"})
SINK = OperatorTemplate(name="r", equations="y' = u - y", variables={"y": "output(0.0)", "u": "input(0.0)"})


def network(*attributes: dict[str, float]) -> CircuitTemplate:
    """Return one source x = exp(-t) that feeds one sink per set of edge attributes."""
    nodes = {"a": NodeTemplate("a", [SOURCE]), **{f"b{i}": NodeTemplate("b", [SINK]) for i in range(len(attributes))}}
    edges = [("a/s/x", f"b{i}/r/u", None, dict(given)) for i, given in enumerate(attributes)]
    return CircuitTemplate("net", nodes=nodes, edges=edges)


def density(s: float, order: int, rate: float) -> float:
    return rate**order * s ** (order - 1) * math.exp(-rate * s) / math.factorial(order - 1)


def input_at(model: CircuitTemplate, time: float, history: object = None) -> np.ndarray:
    frame = model.run(time + 0.002, 0.002, solver="rk4", outputs={"u": "all/r/u"}, history=history, verbose=False)
    return frame.iloc[round(time / 0.002)].to_numpy()


def since_start(order: int, rate: float, time: float) -> float:
    return float(quad(lambda s: density(s, order, rate) * math.exp(-(time - s)), 0, time)[0])


def before_start(order: int, rate: float, time: float) -> float:
    return float(quad(lambda s: density(s, order, rate), time, 80)[0])


def test_the_kernel_has_the_delay_as_mean_and_the_spread_as_standard_deviation() -> None:
    # mean 1, standard deviation 1/2: order 4, rate 4; before the start the source was 1
    expected = since_start(4, 4.0, 2.0) + before_start(4, 4.0, 2.0)
    assert input_at(network({"delay": 1.0, "spread": 0.5}), 2.0) == pytest.approx([expected], abs=1e-9)


def test_a_chain_starts_from_the_past_that_history_gives() -> None:
    model = network({"delay": 1.0, "spread": 0.5})
    assert input_at(model, 2.0, 0.0) == pytest.approx([since_start(4, 4.0, 2.0)], abs=1e-9)
    # exp(-t) for all time, filtered: exp(-t) times the transform (rate/(rate - 1))^order
    smooth = math.exp(-2.0) * (4.0 / 3.0) ** 4
    assert input_at(model, 2.0, lambda t: math.exp(-t)) == pytest.approx([smooth], abs=1e-8)


def test_edges_with_one_source_and_kernel_share_a_chain() -> None:
    shared = network({"delay": 1.0, "spread": 0.5}, {"delay": 1.0, "spread": 0.5, "weight": 2.0})
    model = shared.compile(solver="rk4", outputs={"u": "all/r/u"})
    assert sum(state.entries for state in model.system.states) == 1 + 2 + 4
    first, second = input_at(shared, 1.0)
    assert second == pytest.approx(2 * first, rel=1e-14)


def test_a_delay_that_a_chain_shares_cannot_be_changed_alone() -> None:
    model = network({"delay": 1.0, "spread": 0.5}, {"delay": 1.0, "spread": 0.5}).compile(outputs={"u": "all/r/u"})
    with pytest.raises(ArgumentError, match="share one chain"):
        model.run(simulation_time=0.1, parameters={"a/s/x->b1/r/u/delay": 1.05})


def test_other_kernels_have_chains_of_their_own() -> None:
    model = network({"delay": 1.0, "spread": 0.5}, {"delay": 1.0, "spread": 0.25}, {"delay": 2.0, "spread": 1.0})
    assert sum(state.entries for state in model.compile(outputs={"u": "all/r/u"}).system.states) == 1 + 3 + 4 + 16 + 4
    expected = [since_start(n, a, 1.0) + before_start(n, a, 1.0) for n, a in ((4, 4.0), (16, 16.0), (4, 2.0))]
    assert input_at(model, 1.0) == pytest.approx(expected, abs=1e-8)


def test_a_spread_above_the_delay_is_one_stage_with_a_warning() -> None:
    model = network({"delay": 1.0, "spread": 2.0})
    with pytest.warns(ApproximationWarning) as caught:
        value = input_at(model, 1.0)
    assert [str(warning.message) for warning in caught] == [
        "The delayed 'a/s/x' has (delay/spread)² = 0.25, but a chain has a whole number of stages: 1 gives the spread "
        "1 instead of 2."
    ]
    assert {warning.filename for warning in caught} == {__file__}  # where rates was called
    assert value == pytest.approx([since_start(1, 1.0, 1.0) + before_start(1, 1.0, 1.0)], abs=1e-9)


def test_a_chain_of_too_many_stages_is_refused_before_it_is_built() -> None:
    with pytest.raises(ArgumentError) as caught:
        network({"delay": 5.0, "spread": 0.01}).compile()
    assert str(caught.value) == (
        "The delayed 'a/s/x' with delay 5 and spread 0.01 is a chain of 250000 stages, each a state; at most 10000 are "
        "computed. Leave the spread out, for a delay without spread, or let it be 0.05 at least."
    )
    assert network({"delay": 5.0, "spread": 0.05}).compile().system.width == 2 + 10_000


def test_an_order_that_hardly_needs_rounding_gives_no_warning() -> None:
    input_at(network({"delay": 1.0, "spread": 0.3}), 0.1)  # 11.1 becomes 11


def test_a_spread_without_a_delay_is_refused() -> None:
    with pytest.raises(TemplateError) as caught:
        input_at(network({"spread": 0.5}), 0.1)
    assert str(caught.value) == "The edge a/s/x->b0/r/u has a spread of 0.5 and no delay to spread."


def test_connections_with_kernels_of_their_own_equal_single_edges() -> None:
    rng = np.random.default_rng(5)
    weights, delays = rng.normal(size=(3, 4)), rng.choice([1.0, 2.0], size=(3, 4))
    start = rng.normal(size=4)
    whole = CircuitTemplate(
        "whole",
        populations={
            "P": PopulationTemplate("P", NodeTemplate("a", [SOURCE]), 4, {"s/x": start}),
            "Q": PopulationTemplate("Q", NodeTemplate("b", [SINK]), 3),
        },
        connections=[Connectivity("P/s/x", "Q/r/u", weights, delays=delays, spread=np.full((3, 4), 0.5))],
    )
    single = CircuitTemplate(
        "single",
        nodes={
            **{f"p{j}": NodeTemplate("a", [SOURCE]) for j in range(4)},
            **{f"q{i}": NodeTemplate("b", [SINK]) for i in range(3)},
        },
        edges=[
            (f"p{j}/s/x", f"q{i}/r/u", None, {"weight": weights[i, j], "delay": delays[i, j], "spread": 0.5})
            for i in range(3)
            for j in range(4)
        ],
    )
    single.update_var(node_vars={f"p{j}/s/x": float(start[j]) for j in range(4)})
    one = whole.run(2.0, 0.01, solver="rk4", outputs={"u": "Q/r/u"}, verbose=False)
    other = single.run(2.0, 0.01, solver="rk4", outputs={"u": "all/r/u"}, verbose=False)
    assert one.to_numpy() == pytest.approx(other.to_numpy(), abs=1e-13)


def test_delay_approximation_turns_discrete_delays_into_chains() -> None:
    model = network({"delay": 1.0}).compile(
        solver="rk4", outputs={"u": "b0/r/u"}, step_size=0.002, delay_approximation=6
    )
    assert not model.system.reads
    value = model.run(simulation_time=1.002)["u"].iloc[500]
    assert value == pytest.approx(since_start(6, 6.0, 1.0) + before_start(6, 6.0, 1.0), abs=1e-9)


def test_a_changed_delay_moves_the_rate_and_compiles_nothing() -> None:
    model = network({"delay": 1.0, "spread": 0.5}).compile(solver="rk4", outputs={"u": "b0/r/u"}, step_size=0.002)
    value = model.run(simulation_time=1.002, parameters={"a/s/x->b0/r/u/delay": 1.05})["u"].iloc[500]
    rate = 4 / 1.05  # (1.05/0.5)² = 4.41 still rounds to 4 stages
    assert value == pytest.approx(since_start(4, rate, 1.0) + before_start(4, rate, 1.0), abs=1e-9)


def test_a_delay_that_needs_another_number_of_stages_is_refused() -> None:
    model = network({"delay": 1.0, "spread": 0.5}).compile(outputs={"u": "b0/r/u"})
    with pytest.raises(ArgumentError) as caught:
        model.run(simulation_time=0.1, parameters={"a/s/x->b0/r/u/delay": 2.0})
    assert str(caught.value) == (
        "parameters: 'a/s/x->b0/r/u/delay' is spread by chains, which would need other numbers of stages "
        "(16 instead of 4 at most). That is structure: change the delay in the template, with update_var."
    )


def test_going_on_from_the_end_of_a_run_equals_one_long_run() -> None:
    model = network({"delay": 1.0, "spread": 0.5}).compile(solver="heun", outputs={"u": "b0/r/u"}, step_size=0.01)
    long, first = model.run(simulation_time=2.0), model.run(simulation_time=1.0)
    second = model.run(simulation_time=1.0, state=first)
    assert np.array_equal(np.concatenate([first["u"], second["u"]]), long["u"].to_numpy())
