"""Runs as functions of values by path: modules of PyTorch."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from rates_core import (
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    OperatorTemplate,
    PopulationTemplate,
    UnknownNameError,
    UnsupportedFeatureError,
)

STEPS, H, N = 30, 0.05, 3
RATE = OperatorTemplate(
    "op", ["x' = (-x + tanh(s) + u)/tau"], {"x": "output(0.4)", "s": "input(0.0)", "u": "input(0.1)", "tau": 2.0}
)
UNIT = NodeTemplate("n", [RATE])
RNG = np.random.default_rng(5)
WEIGHTS, SAMPLES = RNG.normal(size=(N, N)), RNG.normal(size=(STEPS, N))
PATHS = ["p/op/tau", "p[1]/op/x", "p/op/x->p/op/s/weight", "q/op/tau", "q/op/x->p/op/s/weight", "p/op/u"]


def network(delay: float = 0.31) -> CircuitTemplate:
    """Return a population with a delay per connection, and a unit that acts on all of it."""
    delays = np.where(np.eye(N), delay, 3 * delay)
    return CircuitTemplate(
        "network",
        nodes={"q": UNIT},
        populations={"p": PopulationTemplate("p", UNIT, N)},
        connections=[
            Connectivity("p/op/x", "p/op/s", WEIGHTS, delays=delays),
            Connectivity("q/op/x", "p/op/s", 0.7),
            Connectivity("p/op/x", "q/op/s", 0.3),
        ],
    )


def compiled(solver: str = "heun", **options: Any) -> Any:
    return network().compile(
        backend="torch", solver=solver, step_size=H, simulation_time=STEPS * H, outputs={"p": "p/op/x", "q": "q/op/x"},
        inputs={"p/op/u": SAMPLES}, **options,
    )  # fmt: skip


def loss(outputs: Any) -> Any:
    return (outputs["p"] ** 2).sum() + outputs["q"][-1]


def summed(outputs: Any) -> Any:
    return outputs["p"].sum()


@pytest.mark.parametrize("solver", ["euler", "heun", "rk4"])
def test_outputs_are_the_rows_of_runs_and_derivatives_those_of_gradient(solver: str) -> None:
    model = compiled(solver)
    net, rows = model.trainable(PATHS), model.run()
    found = net()
    assert isinstance(net, torch.nn.Module)
    for name in ("p", "q"):
        np.testing.assert_allclose(found[name].detach(), rows[name].to_numpy(), rtol=1e-13)
    loss(found).backward()
    wanted = model.gradient(loss, PATHS)
    assert [path for path, _ in net.named_parameters()] == PATHS
    for path, value in net.named_parameters():
        np.testing.assert_allclose(value.grad, wanted[path], rtol=1e-12, atol=1e-15, err_msg=path)


def test_parameters_begin_as_they_are_in_the_run_and_move_its_rows() -> None:
    model = compiled()
    net = model.trainable(PATHS, parameters={"q/op/tau": 3.0}, initial={"p/op/x": [0.1, 0.2, 0.3]})
    values = dict(net.named_parameters())
    assert (values["q/op/tau"].item(), values["p[1]/op/x"].item()) == (3.0, 0.2)
    np.testing.assert_array_equal(values["p/op/x->p/op/s/weight"].detach(), WEIGHTS.ravel())
    with torch.no_grad():
        for value in values.values():
            value *= 1.1
    moved = {path: value.detach().numpy() for path, value in values.items()}
    start, samples = moved.pop("p[1]/op/x").item(), moved.pop("p/op/u")
    parameters = {path: value if value.ndim else value.item() for path, value in moved.items()}
    wanted = model.run(parameters=parameters, initial={"p/op/x": [0.1, start, 0.3]}, inputs={"p/op/u": samples})
    np.testing.assert_allclose(net()["p"].detach(), wanted["p"].to_numpy(), rtol=1e-12)


def test_it_is_stored_copied_and_loaded_as_modules_are() -> None:
    net = compiled().trainable(PATHS)
    stored, copied = pickle.loads(pickle.dumps(net)), copy.deepcopy(net)
    with torch.no_grad():
        net.get_parameter("p/op/tau").fill_(5.0)
    assert list(net.state_dict()) == PATHS
    before, after = stored()["p"], net()["p"]
    assert torch.equal(before, copied()["p"])
    assert not torch.allclose(before, after)
    stored.load_state_dict(net.state_dict())
    assert torch.equal(stored()["p"], after)


def test_all_of_it_goes_where_the_module_goes() -> None:
    net = compiled().trainable(PATHS).to("meta")  # a device without memory, on which nothing from another one is taken
    found = net()
    loss(found).backward()
    assert {value.device.type for value in found.values()} == {"meta"}
    assert {value.grad.device.type for value in net.parameters()} == {"meta"}


def test_inputs_take_the_places_of_others_also_side_by_side() -> None:
    model = compiled()
    net, others = model.trainable(["p/op/tau"]), RNG.normal(size=(4, STEPS, N))
    found = torch.vmap(lambda samples: net(inputs={"p/op/u": samples})["p"])(torch.tensor(others))
    for rows, samples in zip(found.detach(), others, strict=True):
        np.testing.assert_allclose(rows, model.run(inputs={"p/op/u": samples})["p"].to_numpy(), rtol=1e-12)
    found.sum().backward()
    each = [model.gradient(summed, ["p/op/tau"], inputs={"p/op/u": some})["p/op/tau"] for some in others]
    assert np.isclose(net.get_parameter("p/op/tau").grad, sum(each), rtol=1e-12)


def test_checkpoints_and_compiled_steps_give_the_same() -> None:
    for net in (compiled().trainable(PATHS, checkpoint=True), compiled(compile=True).trainable(PATHS)):
        loss(net()).backward()
        wanted = compiled().gradient(loss, PATHS)
        for path, value in net.named_parameters():
            np.testing.assert_allclose(value.grad, wanted[path], rtol=1e-11, atol=1e-14)


def test_any_number_of_models_and_of_trials_is_compiled_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    # what PyTorch compiles again and again it gives up on; what it makes of these does not matter here
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    circuit = CircuitTemplate("one", nodes={"p": UNIT})
    model, other = (
        circuit.compile("torch", step_size=H, simulation_time=11 * H, inputs={"p/op/u": np.ones(11)}, compile=True)
        for _ in range(2)
    )
    with torch._dynamo.config.patch(recompile_limit=1):
        other.trainable(["p/op/tau"])()["p/op/x"].sum().backward()
        steps = model.steps(["p/op/tau"])
        for trials in (2, 3):
            rows, _ = steps.advance(steps.arrays(), {"p/op/u": torch.ones(trials, 11, dtype=torch.float64)})
            assert rows["p/op/x"].shape == (trials, 11)


def test_derivatives_that_go_forwards_pass_steps_that_are_compiled() -> None:
    model, plain = compiled(compile=True), compiled()
    some = PATHS[:2]
    wanted = plain.gradient(loss, some)
    found = model.gradient(loss, some, mode="forward")
    along, rows = model.sensitivities(some), plain.sensitivities(some)
    for path in some:
        assert np.abs(wanted[path]).max() > 0
        np.testing.assert_allclose(found[path], wanted[path], rtol=1e-11, atol=1e-14)
        np.testing.assert_array_equal(along[path], rows[path])
    net = model.trainable(["p/op/tau"])
    value = net.get_parameter("p/op/tau").detach()

    def of(tau: torch.Tensor) -> torch.Tensor:
        return loss(torch.func.functional_call(net, {"p/op/tau": tau}))

    _, moved = torch.func.jvp(of, (value,), (torch.ones_like(value),))
    assert moved.item() == pytest.approx(wanted["p/op/tau"], rel=1e-11)


def test_an_optimiser_of_pytorch_finds_a_parameter() -> None:
    circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    model = circuit.compile(
        backend="torch", solver="rk4", step_size=0.1, simulation_time=3.0, outputs={"x": "p/vdp_op/x"}
    )
    target = torch.tensor(model.run(parameters={"p/vdp_op/mu": 2.5})["x"].to_numpy())
    net = model.trainable(["p/vdp_op/mu"])
    optimiser = torch.optim.LBFGS(net.parameters(), line_search_fn="strong_wolfe", tolerance_change=1e-14)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        distance = ((net()["x"] - target) ** 2).mean()
        distance.backward()
        return distance

    optimiser.step(closure)
    assert np.isclose(net.get_parameter("p/vdp_op/mu").item(), 2.5, rtol=1e-6)


def test_what_it_does_not_take_is_refused_by_name() -> None:
    net = compiled().trainable(PATHS)
    with pytest.raises(UnknownNameError) as unknown:
        net(inputs={"p/op/v": SAMPLES})
    assert str(unknown.value) == "There is no input 'p/op/v'. Did you mean 'p/op/u'? There are: p/op/u."
    with pytest.raises(ArgumentError) as short:
        net(inputs={"p/op/u": SAMPLES[:5]})
    assert str(short.value) == "The input 'p/op/u' has the shape (5, 3); it has to be (30, 3)."
    with pytest.raises(ArgumentError) as kind:
        net.to(torch.float32)()
    assert str(kind.value) == (
        "The parameter 'p/op/tau' is of torch.float32; the model was compiled for torch.float64. Compile it with "
        "float_precision='float32' or 'float64' in place of converting the module."
    )


def test_delays_and_methods_that_choose_their_steps_are_refused() -> None:
    with pytest.raises(UnsupportedFeatureError) as delay:
        compiled().trainable(["p/op/x->p/op/s/delay"])
    assert str(delay.value) == (
        "wrt: 'p/op/x->p/op/s/delay' is a delay, which says what is stored of a run; trainable() keeps it as it is. "
        "gradient() differentiates by it."
    )
    with pytest.raises(UnsupportedFeatureError) as method:
        compiled("dopri5").trainable(PATHS)
    assert str(method.value) == (
        "trainable() follows fixed steps; the solver 'dopri5' chooses its own. Compile with solver='rk4'."
    )


def test_vmap_and_grad_of_torch_go_through_steps_that_are_to_be_compiled() -> None:
    plain, outputs = (compiled(compile=on).trainable(["p/op/tau"], inputs={"p/op/u": SAMPLES}) for on in (False, True))
    many = torch.as_tensor(np.stack([SAMPLES, 0.5 * SAMPLES]))
    found = torch.vmap(lambda samples: outputs(inputs={"p/op/u": samples})["p"])(many)
    wanted = torch.stack([plain(inputs={"p/op/u": samples})["p"] for samples in many])
    assert torch.allclose(found, wanted, rtol=1e-12, atol=0)
    values = dict(plain.named_parameters())
    own = torch.func.grad(lambda values: loss(torch.func.functional_call(outputs, values, ())))(values)
    (known,) = torch.autograd.grad(loss(plain()), list(values.values()))
    assert torch.allclose(own["p/op/tau"], known, rtol=1e-12, atol=0)


def test_a_point_in_a_label_is_a_colon_in_a_name_since_modules_have_points_between_names() -> None:
    labels = ["a.1", "a:1"]
    circuit = CircuitTemplate("two", nodes=dict.fromkeys(labels, UNIT))
    paths = [f"{label}/op/tau" for label in labels]
    model = circuit.compile(backend="torch", step_size=H, simulation_time=STEPS * H, outputs={"x": "a.1/op/x"})
    net = pickle.loads(pickle.dumps(model.trainable(paths)))
    assert list(net.state_dict()) == ["a:1/op/tau", "a:1/op/tau:"]
    net()["x"].sum().backward()
    wanted = model.gradient(lambda outputs: outputs["x"].sum(), paths)
    found = [value.grad for value in net.parameters()]
    np.testing.assert_allclose(found, [wanted[path] for path in paths], rtol=1e-12)
    assert [value != 0 for value in found] == [True, False]
