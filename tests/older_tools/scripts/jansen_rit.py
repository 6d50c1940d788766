"""Jansen and Rit's column, as one operator and as three populations."""

from pyrates import CircuitTemplate, clear, clear_frontend_caches

RESULTS = {}
for name, outputs in {
    "JRC2": {"ein": "jrc/jrc_op/V_ein"},
    "JRC": {"ein": "ein/rpo_e/v", "both": "all/rpo_e/v"},
}.items():
    circuit = CircuitTemplate.from_yaml(f"model_templates.neural_mass_models.jansenrit.{name}")
    for key, path in outputs.items():
        RESULTS[f"{name} {key}"] = circuit.run(
            simulation_time=0.5,
            step_size=1e-4,
            sampling_step_size=1e-3,
            outputs={key: path},
            solver="euler",
            float_precision="float64",
            in_place=False,
            clear=True,
            verbose=False,
        )
    clear(circuit)
    clear_frontend_caches()
