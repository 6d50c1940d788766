"""A network of RectiPy that learns once through a trial, and is looked at, taken apart and put together."""

import numpy as np
from rectipy import FeedbackNetwork, Network

rng = np.random.default_rng(3)
node = "neuron_model_templates.rate_neurons.leaky_integrator.tanh"
weights = rng.normal(size=(5, 5)) / 5
inputs, targets = rng.normal(size=(200, 2)), rng.normal(size=(200, 1))


def network(kind):
    net = kind(dt=1e-1)
    net.add_func_node("in", 2, activation_function="identity")
    net.add_diffeq_node(
        "li", node, weights=weights, source_var="tanh_op/r", target_var="li_op/r_in", input_var="li_op/I_ext",
        output_var="li_op/v", clear=True,
    )  # fmt: skip
    net.add_func_node("out", 1, activation_function="tanh")
    net.add_edge("in", "li", rng.normal(size=(5, 2)), train="gd")
    net.add_edge("li", "out", rng.normal(size=(1, 5)), train="gd")
    return net


net = network(Network)
net.add_func_node("more", 1, activation_function="identity")
net.add_edge("out", "more", np.array([[2.0]]))
apart = net.pop_edge("out", "more")
net.pop_node("more")
fitted = net.fit_bptt(inputs, targets, optimizer="sgd", lr=0.1, update_steps=50, verbose=False)
net.reset()
run = net.run(inputs, verbose=False, enable_grad=False)
state = net.get_node("li").y
out = net.pop_edge("li", "out")
net.pop_node("out")
net.reset()
rest = net.run(inputs[:20], verbose=False, enable_grad=False)

back = network(FeedbackNetwork)
back.add_diffeq_node(
    "behind", node, weights=weights[:3, :3], source_var="tanh_op/r", target_var="li_op/r_in", input_var="li_op/I_ext",
    output_var="li_op/v", clear=True,
)  # fmt: skip
back.add_edge("out", "behind", np.ones((3, 1)))
back.add_edge("behind", "li", 0.3 * rng.normal(size=(5, 3)), feedback=True)
fed = back.run(inputs, verbose=False, enable_grad=False)
RESULTS = {
    "taken": apart.weights,
    "in": net.get_edge("in", "li").weights.detach(),
    "out": out.weights.detach(),
    "run": run.to_numpy("out"),
    "state": state,
    "rest": rest.to_numpy("out"),
    "fed back": fed.to_numpy("out"),
    "feedback": back.get_edge("behind", "li").weights,
    "sizes": [back.get_node("li").n_out, out.n_in, net.get_node("li").n_in, net.n_out, len(net.nodes)],
}
net.clear()
RESULTS["left"] = len(net.nodes)
