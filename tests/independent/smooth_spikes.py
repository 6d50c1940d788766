"""Derivatives of runs of spiking neurons whose spikes have those of smooth steps, by complex steps: no chain rule.

Euler's method is written out for each neuron. What a neuron does where its potential is x beyond the threshold is 1
for x > 0 and else 0; its derivative is that of S(x) = bx/(2(1 + b|x|)). So a run is taken twice: as it is, which gives
each x, and along another one near by, in which the step at x is the value that it had plus S of the present x, less S
of the one that there was. That is smooth, and its derivatives are those that are looked for. Which neurons are reset is
what it was in the first run.

References:
    zenke2018, equation 3; burkitt2006; montbrio2015, equation 1; gast2020; izhikevich2003.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Values = dict[str, Any]


@dataclass(frozen=True)
class Neuron:
    """A neuron in the symbols of its paper, with a synapse that decays.

    Attributes:
        slopes: derivatives of potential and recovery, from values and the synaptic input.
        jump: what a spike adds to the recovery variable.
        recovery: whether it has one that spikes change with the reset, or one that their pulses drive.
    """

    slopes: Callable[[Values, Any, Any, Any], tuple[Any, Any]]
    values: Mapping[str, float]
    jump: str | None = None
    driven: str | None = None


def leaky(p: Values, v: Any, u: Any, s_in: Any) -> tuple[Any, Any]:
    """Return the derivatives of a leaky neuron."""
    return p["k"] * s_in + p["eta"] - v / p["tau"], 0.0 * u


def quadratic(p: Values, v: Any, u: Any, s_in: Any) -> tuple[Any, Any]:
    """Return the derivatives of a quadratic neuron."""
    return (v * v + p["eta"]) / p["tau"] + p["k"] * s_in, 0.0 * u


def adapting(p: Values, v: Any, u: Any, s_in: Any) -> tuple[Any, Any]:
    """Return the derivatives of a quadratic neuron with adaptation."""
    return (v * v + p["eta"] - u) / p["tau"] + p["k"] * s_in, -u / p["tau_x"]


def izhikevich(p: Values, v: Any, u: Any, s_in: Any) -> tuple[Any, Any]:
    """Return the derivatives of Izhikevich's neuron."""
    current = p["k"] * (v - p["v_r"]) * (v - p["v_theta"]) - u + p["eta"] + p["g"] * s_in * (p["E_r"] - v)
    return current / p["C"], (p["b"] * (v - p["v_r"]) - u) / p["tau_u"]


QIF = {"k": 1.0, "tau": 1.0, "tau_s": 1.0, "v_peak": 100.0, "v_reset": -100.0, "v0": -2.0}
NEURONS = {
    "lif": Neuron(leaky, {"k": 1.0, "tau": 10.0, "tau_s": 0.5, "v_peak": 1.0, "v_reset": 0.0, "v0": 0.0}),
    "qif": Neuron(quadratic, QIF),
    "qif_sfa": Neuron(adapting, {**QIF, "alpha": 1.0, "tau_x": 10.0}, driven="alpha"),
    "ik": Neuron(
        izhikevich,
        {
            "k": 0.7, "C": 100.0, "v_r": -60.0, "v_theta": -40.0, "v_peak": 40.0, "v_reset": -60.0, "g": 1.0,
            "E_r": 0.0, "b": -2.0, "tau_u": 33.33, "kappa": 10.0, "tau_s": 6.0, "v0": -60.0,
        }, jump="kappa",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Network:
    """Neurons that hear each other late.

    Attributes:
        neuron: of which kind.
        step: h.
        late: how many steps.
        steps: of a run.
        slope: b.
        weights: `[target, source]`.
        eta: of each neuron.
    """

    neuron: Neuron
    step: float
    late: int
    steps: int
    slope: float
    weights: np.ndarray
    eta: np.ndarray

    def run(self, moved: Mapping[str, Any] | None = None, base: list[np.ndarray] | None = None) -> tuple[Any, Any]:
        """Return the synapses before each step, and how far each neuron is from its threshold after it.

        Args:
            moved: values that take the place of others: of `eta`, `v`, `weights`, and of the neuron's symbols.
            base: these distances, of a run near by.
        """
        moved = moved or {}
        p = {**self.neuron.values, "eta": self.eta, **moved}
        n, h = len(self.eta), self.step
        weights = moved.get("weights", self.weights)
        v = np.zeros(n) + moved.get("v", p["v0"])
        u, s, spikes = np.zeros(n), np.zeros(n), np.zeros(n)
        before, rows, distances = (v > p["v_peak"]).astype(float), [], []
        for step in range(self.steps):
            rows.append(s)
            heard = rows[max(step - self.late, 0)]
            dv, du = self.neuron.slopes(p, v, u, weights @ heard)
            if self.neuron.driven:
                du = du + p[self.neuron.driven] * spikes / h
            v, u, s = v + h * dv, u + h * du, s + h * (spikes / h - s / p["tau_s"])
            x = v - p["v_peak"]
            distances.append(x)
            known = np.real(x if base is None else base[step])
            above = (known > 0.0).astype(float)
            now = above if base is None else above + self.smooth(x, known) - self.smooth(known, known)
            spikes = now * (1.0 - before)
            happened = np.real(above * (1.0 - np.real(before))) > 0.5
            v = np.where(happened, p["v_reset"], v)
            u = np.where(happened, u + p[self.neuron.jump], u) if self.neuron.jump else u
            # what is reset lies below its threshold, by a comparison that has no derivative
            before = (np.real(v) > np.real(p["v_peak"])).astype(float)
        return np.array(rows), distances

    def smooth(self, x: Any, known: Any) -> Any:
        """Return the smooth step at x, which lies on the same side as what is known."""
        return self.slope * x / (2.0 * (1.0 + self.slope * x * np.where(known < 0.0, -1.0, 1.0)))

    def derivatives(self, loss: np.ndarray, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the derivatives of the sum of all rows times some weights, by each number of each value."""
        _, base = self.run()
        found = {}
        for name, value in values.items():
            entries = np.atleast_1d(np.asarray(value, dtype=float))
            slopes = np.zeros(entries.size)
            for place in range(entries.size):
                near = entries.astype(complex)
                near.reshape(-1)[place] += 1e-30j
                rows, _ = self.run({name: near.reshape(np.shape(value))}, base)
                slopes[place] = np.imag(np.sum(loss * rows)) / 1e-30
            found[name] = slopes.reshape(np.shape(value))
        return found
