"""Delays: discrete ones, and a gamma kernel."""

from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate

leak = OperatorTemplate("op", ["x' = (u - x)/tau"], {"x": "output(1.0)", "tau": 2.0, "u": "input(0.0)"})
node = NodeTemplate("leak", [leak])
RESULTS = {}
for name, attributes in {"discrete": {"delay": 1.0}, "gamma": {"delay": 1.0, "spread": 0.5}}.items():
    for solver in ("euler", "scipy"):
        circuit = CircuitTemplate(
            "pair", nodes={"a": node, "b": node}, edges=[("a/op/x", "b/op/u", None, {"weight": 0.5, **attributes})]
        )
        RESULTS[f"{name} {solver}"] = circuit.run(
            5.0, 1e-3, outputs={"b": "b/op/x"}, solver=solver, sampling_step_size=1e-1, float_precision="float64",
            clear=True, verbose=False, vectorize=False,
        )  # fmt: skip
