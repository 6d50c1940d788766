"""Heun's method on a decay, and time in an equation under fixed steps."""

from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate

decay = OperatorTemplate("op", ["x' = -x"], {"x": "output(1.0)"})
ramp = OperatorTemplate("op", ["x' = 0.0*x + t"], {"x": "output(0.0)", "t": "variable(0.0)"})
RESULTS = {}
for name, operator, solver in (("heun", decay, "heun"), ("ramp", ramp, "euler")):
    circuit = CircuitTemplate(name, nodes={"p": NodeTemplate("n", [operator])})
    RESULTS[name] = circuit.run(
        1.0, 1e-2, outputs={"x": "p/op/x"}, solver=solver, float_precision="float64", clear=True, verbose=False
    )
