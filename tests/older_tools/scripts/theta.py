"""The theta model's order parameter, a complex variable."""

from pyrates import integrate

RESULTS = {
    "z": integrate(
        "model_templates.neural_mass_models.theta.kmo_theta",
        simulation_time=10.0,
        step_size=1e-3,
        sampling_step_size=1e-1,
        outputs={"z": "p/theta_op/z"},
        float_precision="complex128",
        clear=True,
        verbose=False,
    )
}
