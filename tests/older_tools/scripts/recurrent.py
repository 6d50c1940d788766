"""A network of leaky integrators of RectiPy, run and fitted by ridge regression."""

import numpy as np
import torch
from rectipy import Network, normalize, wta_score

rng = np.random.default_rng(1)
net = Network(dt=1e-1, device="cpu")
weights = rng.normal(size=(5, 5)) / 5
node = "neuron_model_templates.rate_neurons.leaky_integrator.tanh"
net.add_diffeq_node(
    "li", node, weights=weights, source_var="tanh_op/r", target_var="li_op/r_in", input_var="li_op/I_ext",
    output_var="li_op/v", clear=True,
)  # fmt: skip
inputs = rng.normal(size=(200, 5))
obs = net.run(inputs=inputs, sampling_steps=1, verbose=False, enable_grad=False)
out = obs.to_numpy("out")
stacked = torch.stack(obs["out"])
RESULTS = {
    "out": out,
    "stacked": stacked,
    "table": obs.to_dataframe("out"),
    "state": net.get_var("li", "li_op/v"),
    "normalized": normalize(out.copy(), "minmax"),
    "score": wta_score(out, out),
    "sizes": [net.n_in, net.n_out],
}
