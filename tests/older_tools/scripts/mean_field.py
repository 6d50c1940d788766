"""A population of quadratic integrate-and-fire neurons that a pulse switches on."""

import numpy as np
from pyrates import clear, integrate
from pyrates.frontend import CircuitTemplate

T, dt, dts = 60.0, 1e-3, 1e-1
pulse = np.zeros(round(T / dt))
pulse[round(20.0 / dt) : round(30.0 / dt)] = 3.0

RESULTS = {}
for name in ("qif", "qif_sfa"):
    RESULTS[name] = integrate(
        f"model_templates.neural_mass_models.qif.{name}",
        simulation_time=T,
        step_size=dt,
        sampling_step_size=dts,
        cutoff=10.0,
        inputs={f"p/{name}_op/I_ext": pulse},
        outputs={"r": f"p/{name}_op/r", "v": f"p/{name}_op/v"},
        solver="euler",
        backend="default",
        float_precision="float64",
        clear=True,
        verbose=False,
        file_name="mean_field",
    )

circuit = CircuitTemplate.from_yaml("model_templates.neural_mass_models.qif.qif")
circuit.update_var(node_vars={"p/qif_op/eta": -4.0, "p/qif_op/Delta": 2.0})
RESULTS["adaptive"] = circuit.run(
    simulation_time=20.0,
    step_size=1e-2,
    outputs={"r": "p/qif_op/r"},
    solver="scipy",
    method="DOP853",
    rtol=1e-10,
    atol=1e-12,
    float_precision="float64",
    verbose=False,
    clear=False,
)
clear(circuit)
