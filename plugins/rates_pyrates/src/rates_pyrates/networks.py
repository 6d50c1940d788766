"""Networks that learn by the calls that users of RectiPy know, of nodes of scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from rates_core.errors import UnsupportedFeatureError

from rates_pyrates.observer import Observer
from rates_pyrates.template import RefusedMemberError, unwrapped
from rates_pyrates.tools.rectipy import TOOL

#: arguments of nodes that RectiPy hands on to PyRates
OF_COMPILERS = (
    "clear", "verbose", "vectorize", "dtype", "dt", "device", "backend", "solver", "float_precision", "file_name",
    "func_name", "in_place", "step_size",
)  # fmt: skip

_Known: Any = import_module("rates_rnn").Network


class Network(_Known):  # type: ignore[misc]
    """Nodes and edges that are one model; see `rates_rnn.Network`.

    Example:
        >>> import numpy as np
        >>> from rates_pyrates.networks import Network
        >>> net = Network(dt=0.5)
        >>> node = "neuron_model_templates.rate_neurons.leaky_integrator.tanh"
        >>> net.add_diffeq_node("li", node, input_var="li_op/I_ext", output_var="li_op/v")
        >>> net.run(np.ones((3, 1)), verbose=False, enable_grad=False).to_numpy("out").ravel().tolist()
        [0.0, 0.5, 0.975]
    """

    def __init__(self, dt: float, device: str = "cpu") -> None:
        super().__init__(dt, device)
        self._fits = False  # then runs are those that rates-rnn asks for

    def _fitted(self, fit: Callable[..., Any], *given: Any, **named: Any) -> Any:
        self._fits = True
        try:
            return fit(*given, **named)
        finally:
            self._fits = False

    def add_diffeq_node(
        self,
        label: str,
        node: Any,
        input_var: str,
        output_var: str,
        weights: Any = None,
        source_var: str | None = None,
        target_var: str | None = None,
        spike_var: str | None = None,
        reset_var: str | None = None,
        reset: bool = True,
        op: str | None = None,
        train_params: Iterable[str] | None = None,
        **options: Any,
    ) -> None:
        """Add a population of a node template; what RectiPy hands on to PyRates' compiler has no meaning.

        Raises:
            UnsupportedFeatureError: spikes without a reset are asked for.
        """
        if not reset and spike_var is not None:
            raise UnsupportedFeatureError(
                f"Node '{label}': reset=False is refused, a unit that spikes is reset. Spikes of another kind are "
                "an output of the template's own equations."
            )
        super().add_diffeq_node(
            label, unwrapped(node), input_var, output_var, weights, source_var, target_var, op, train_params,
            spike_var=spike_var, reset_var=reset_var,
            **{name: value for name, value in options.items() if name not in OF_COMPILERS},
        )  # fmt: skip

    def add_edge(
        self,
        source: str,
        target: str,
        weights: Any = None,
        train: str | None = None,
        dtype: Any = None,
        edge_attrs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Connect two nodes; `delays` are whole numbers of steps, `dtype` and attributes of a graph have no meaning."""
        feedback = bool((edge_attrs or {}).get("feedback", False))
        if options.get("delays") is not None:
            options["delays"] = np.asarray(options["delays"]) * float(self.dt)
        super().add_edge(source, target, weights, train, **{"feedback": feedback, **options})

    def clear(self) -> None:
        """Do nothing: there are no files or caches of a network."""

    def detach(self, requires_grad: bool = True, detach_params: bool = False) -> None:
        """Let no derivative flow back beyond this step."""
        super().detach()

    def set_var(self, node: str, var: str, val: Any) -> None:
        """Set a state, from where the network goes on, or a parameter."""
        super().set_var(node, var, val)

    def run(
        self,
        inputs: Any,
        sampling_steps: int = 1,
        cutoff: int = 0,
        verbose: bool = True,
        enable_grad: bool | None = None,
        record_output: bool = True,
        record_loss: bool = False,
        record_vars: Iterable[Any] | None = None,
        **options: Any,
    ) -> Observer:
        """Take a step for each sample of the input, from where the network is; there is no loss to be recorded.

        Derivatives are kept unless `enable_grad` says otherwise.
        """
        enable_grad = not self._fits if enable_grad is None else enable_grad
        found = super().run(
            inputs, sampling_steps, cutoff, record_output, record_vars or (), enable_grad, verbose=verbose, **options
        )
        return found if self._fits else Observer.of(found)

    def fit_bptt(
        self,
        inputs: Any,
        targets: Any,
        optimizer: str = "sgd",
        optimizer_kwargs: Mapping[str, Any] | None = None,
        loss: Any = "mse",
        loss_kwargs: Mapping[str, Any] | None = None,
        lr: float = 1e-3,
        sampling_steps: int = 1,
        update_steps: int | None = 100,
        verbose: bool = True,
        **options: Any,
    ) -> Observer:
        """Fit parameters by gradients back through time."""
        found = self._fitted(
            super().fit_bptt, inputs, targets, optimizer=optimizer, optimizer_kwargs=optimizer_kwargs, loss=loss,
            loss_kwargs=loss_kwargs, lr=lr, sampling_steps=sampling_steps, update_steps=update_steps, verbose=verbose,
            **options,
        )  # fmt: skip
        return Observer.of(found)

    def fit_ridge(
        self,
        inputs: Any,
        targets: Any,
        sampling_steps: int = 1,
        alpha: float = 1e-4,
        verbose: bool = True,
        add_readout_node: bool = True,
        **options: Any,
    ) -> Observer:
        """Fit weights from the output to targets by ridge regression, and add the node that they make."""
        found = self._fitted(
            super().fit_ridge, inputs, targets, alpha=alpha, sampling_steps=sampling_steps,
            add_readout_node=add_readout_node, verbose=verbose, **options,
        )  # fmt: skip
        return Observer.of(found)

    def fit_rls(
        self,
        inputs: Any,
        targets: Any,
        update_steps: int = 1,
        sampling_steps: int = 1,
        verbose: bool = True,
        **options: Any,
    ) -> Observer:
        """Fit weights of an edge by recursive least squares."""
        found = self._fitted(
            super().fit_rls, inputs, targets, update_steps=update_steps, sampling_steps=sampling_steps,
            verbose=verbose, **options,
        )  # fmt: skip
        return Observer.of(found)

    def test(
        self,
        inputs: Any,
        targets: Any,
        loss: Any = "mse",
        loss_kwargs: Mapping[str, Any] | None = None,
        sampling_steps: int = 1,
        verbose: bool = True,
        **options: Any,
    ) -> tuple[Observer, float]:
        """Return a run and the loss of its output."""
        found, value = self._fitted(
            super().test, inputs, targets, loss, loss_kwargs, sampling_steps=sampling_steps, **options
        )
        return Observer.of(found), value

    def __getattr__(self, name: str) -> Any:
        reason = TOOL.refused.get(f"Network.{name}")
        if reason is not None:
            raise RefusedMemberError(f"'Network.{name}' is refused: {reason}")
        return super().__getattr__(name)


class FeedbackNetwork(Network):
    """A network whose edges may lead back; see `Network`, which takes them, too."""

    def add_edge(  # type: ignore[override]  # its fifth argument is another one in RectiPy, too
        self,
        source: str,
        target: str,
        weights: Any = None,
        train: str | None = None,
        feedback: bool = False,
        dtype: Any = None,
        edge_attrs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Connect two nodes, forwards or back."""
        super().add_edge(source, target, weights, train, dtype, {**(edge_attrs or {}), "feedback": feedback}, **options)
