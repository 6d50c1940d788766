"""A network learns to integrate evidence: which of two choices does a noisy signal speak for?

A signal of one of two signs and one of three strengths comes with noise. Rate neurons [sompolinsky1988]_ see it step by
step, and have to answer with its sign behind the last one. All connections are learned, by gradients through time and
Adam, from batches of trials that run side by side. The best that anybody can do is to add the signal up, which is what
the network comes to.

    python examples/two_choice_task.py --output two_choice_task.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import numpy as np
from rates_rnn import Network, Trainer

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

NEURON = "neuron_model_templates.rate_neurons.leaky_integrator.tanh"
UNITS = 24
STEPS, ANSWER = 30, 5  # of a trial, and those at its end in which the answer is due
EPOCHS, BATCH = 8, 20
STRENGTHS, NOISE = np.array([0.15, 0.3, 0.5]), 0.5


def trials(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the evidence of trials, `[trials, steps, 1]`, and what it speaks for in each, with its strength."""
    generator = np.random.default_rng(seed)
    signal = generator.choice([-1.0, 1.0], count) * generator.choice(STRENGTHS, count)
    return (signal[:, None] + generator.normal(0.0, NOISE, (count, STEPS)))[..., None], signal


def network(seed: int) -> Network:
    """Return rate neurons between an input and an output."""
    generator = np.random.default_rng(seed)
    net = Network(dt=1.0)
    net.add_func_node("evidence", 1)
    net.add_diffeq_node(
        "rates", NEURON, weights=generator.normal(0.0, 0.8 / np.sqrt(UNITS), (UNITS, UNITS)),
        source_var="tanh_op/r", target_var="li_op/r_in", input_var="li_op/I_ext", output_var="tanh_op/r",
        node_vars={"li_op/tau": 5.0, "li_op/k": 0.2}, train_params=["weights"],
    )  # fmt: skip
    net.add_func_node("choice", 1)
    net.add_edge("evidence", "rates", generator.normal(0.0, 0.5, (UNITS, 1)), train="gd")
    net.add_edge("rates", "choice", generator.normal(0.0, 0.3, (1, UNITS)), train="gd")
    return net


def learned(count: int, seed: int = 0) -> Network:
    """Return a network that has learned from some trials."""
    evidence, signal = trials(count, seed)
    net = network(seed)
    targets = np.sign(signal)[:, None, None] * np.ones((STEPS, 1))
    trainer = Trainer(net, "adam", lr=0.01, clip=1.0, cutoff=STEPS - ANSWER)
    trainer.fit(list(zip(evidence, targets, strict=True)), epochs=EPOCHS, batch_size=BATCH)
    return net


def answers(net: Network, evidence: np.ndarray) -> np.ndarray:
    """Return the output in the course of each trial, `[trials, steps]`."""
    net.reset()
    return net.run(evidence).to_numpy()[..., 0]


def picture(evidence: np.ndarray, signal: np.ndarray, course: np.ndarray) -> Figure:
    """Return how often the network is right, beside who adds up all evidence, and outputs of some trials."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    summed = np.sum(evidence[..., 0], axis=1)
    for values, style, label in ((course[:, -1], "o-", "network"), (summed, "s--", "sum of all evidence")):
        share = [np.mean(np.sign(values[np.abs(signal) == size]) == np.sign(signal[np.abs(signal) == size]))
                 for size in STRENGTHS]  # fmt: skip
        left.plot(STRENGTHS, share, style, label=label)
    left.set(xlabel="strength of the evidence", ylabel="right answers", ylim=(0.5, 1.02), xticks=STRENGTHS)
    left.legend(loc="lower right")
    for number in range(24):
        right.plot(course[number], color="tab:blue" if signal[number] > 0 else "tab:orange", linewidth=0.8)
    right.set(xlabel="step", ylabel="output", title="blue: right is +1, orange: right is −1")
    return figure


def main() -> None:
    """Teach the network and leave a picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("two_choice_task.png"), help="the picture")
    parser.add_argument("--quick", action="store_true", help="fewer trials")
    options = parser.parse_args()
    net = learned(60 if options.quick else 400)
    evidence, signal = trials(60 if options.quick else 400, seed=9)
    course = answers(net, evidence)
    print(f"right answers: {100 * np.mean(np.sign(course[:, -1]) == np.sign(signal)):.1f} %")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    picture(evidence, signal, course).savefig(options.output, dpi=150)
    print(f"picture: {options.output}")


if __name__ == "__main__":
    main()
