"""Right-hand sides and Jacobians, handed to SciPy and stepped by hand."""

import numpy as np
from pyrates import CircuitTemplate, clear
from scipy.integrate import solve_ivp

RESULTS = {}
circuit = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif_sfa")
func, args, arg_names, state_indices = circuit.get_run_func(
    "qif_sfa", step_size=1e-3, backend="default", solver="scipy", vectorize=False, float_precision="float64",
    file_name="qif_sfa_func", verbose=False,
)  # fmt: skip
RESULTS["states"] = state_indices
RESULTS["first names"] = list(arg_names[:3])
RESULTS["parameters"] = sorted(
    name for name in arg_names[3:] if name.startswith("p/qif_sfa_op/") and name.count("/") == 2
)
t, y, dy, *rest = args
RESULTS["value"] = np.array(func(t, y, dy, *rest))
RESULTS["filled"] = np.array(dy)
values = list(args)
values[arg_names.index("p/qif_sfa_op/eta")] = np.asarray(-3.0)
solution = solve_ivp(func, (0.0, 40.0), y, args=tuple(values[2:]), rtol=1e-9, atol=1e-11, t_eval=np.arange(41.0))
RESULTS["solution"] = solution.y
clear(circuit)

circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
drive = np.sin(np.arange(0.0, 2.0, 1e-2))
func, args, arg_names, state_indices = circuit.get_run_func(
    "vdp", step_size=1e-2, inputs={"p/vdp_op/inp": drive}, solver="euler", float_precision="float64",
    file_name="vdp_func", verbose=False,
)  # fmt: skip
y = np.array(args[1])
rows = []
for step in range(200):
    rows.append(np.array(y))
    y = y + 1e-2 * func(step, y, *args[2:])
RESULTS["by hand"] = np.array(rows)
clear(circuit)

circuit = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif_sfa")
for sparse in (False, True):
    jac, args, arg_names, state_indices = circuit.get_jacobian_func(
        "jacobian", step_size=1e-3, float_precision="float64", file_name="jac", verbose=False, in_place=False,
        clear=True, sparse=sparse,
    )  # fmt: skip
    value = jac(*args)
    RESULTS[f"jacobian {sparse}"] = value.toarray() if sparse else value
    RESULTS[f"jacobian names {sparse}"] = list(arg_names[:2])
