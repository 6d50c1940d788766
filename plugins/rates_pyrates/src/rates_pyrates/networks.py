"""Networks that learn by the calls that users of RectiPy know, of nodes of scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from rates_core.errors import ArgumentError, shown

from rates_pyrates.network_parts import EdgePart, NodePart
from rates_pyrates.observer import Observer
from rates_pyrates.template import unwrapped

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
        >>> li = net.add_diffeq_node("li", node, input_var="li_op/I_ext", output_var="li_op/v")
        >>> net.run(np.ones((3, 1)), verbose=False, enable_grad=False).to_numpy("out").ravel().tolist()
        [0.0, 0.5, 0.975]
    """

    def __init__(self, dt: float, device: str = "cpu") -> None:
        super().__init__(dt, device)
        self._fits = False  # then runs are those that rates-rnn asks for
        self._squares: dict[str, float] = {}  # what edges say of recursive least squares

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
    ) -> NodePart:
        """Add a population of a node template; what RectiPy hands on to PyRates' compiler has no meaning.

        With `reset=False`, `reset_var` is the state that makes spikes, as it is with a reset, and goes on then.
        """
        super().add_diffeq_node(
            label, unwrapped(node), input_var, output_var, weights, source_var, target_var, op, train_params,
            spike_var=spike_var, reset_var=reset_var, reset=reset or spike_var is None,
            **{name: value for name, value in options.items() if name not in OF_COMPILERS},
        )  # fmt: skip
        return NodePart(self, label)

    def add_func_node(self, label: str, n: int, activation_function: str, **options: Any) -> NodePart:
        """Add a function of n inputs; attributes of a graph have no meaning."""
        super().add_func_node(label, n, activation_function)
        return NodePart(self, label)

    def add_node(self, label: str, node: Any, node_type: str = "", op: str | None = None, **attributes: Any) -> None:
        """Add a node of this network or of another one, as `get_node` or `pop_node` returned it.

        Its kind and its variables are its own; attributes of a graph have no meaning.
        """
        super().add_node(label, node.member() if isinstance(node, NodePart) else node)

    def described(self, label: str) -> Any:
        """Return a node as rates-rnn has it."""
        return super().get_node(label)

    def get_node(self, node: str) -> NodePart:
        """Return a node."""
        self.node(node)
        return NodePart(self, node)

    def get_edge(self, source: str, target: str) -> EdgePart:
        """Return an edge."""
        self.edge(source, target)
        return EdgePart(self, source, target)

    def pop_node(self, node: str) -> NodePart:
        """Take a node out, with its edges, and return it."""
        part: NodePart = self.get_node(node).taken(super().pop_node(node))
        return part

    def pop_edge(self, source: str, target: str) -> EdgePart:
        """Take an edge out, and return it."""
        part: EdgePart = self.get_edge(source, target).taken(super().pop_edge(source, target))
        return part

    def add_edge(
        self,
        source: str,
        target: str,
        weights: Any = None,
        train: str | None = None,
        dtype: Any = None,
        edge_attrs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> EdgePart:
        """Connect two nodes; `delays` are whole numbers of steps, `dtype` and attributes of a graph have no meaning.

        What is fed back is a state as it is now; of functions, which RectiPy does not feed back, it is a step late.
        `beta` and `alpha` of weights that learn by recursive least squares are those of `fit_rls`.
        """
        feedback = bool((edge_attrs or {}).get("feedback", False))
        if options.get("delays") is not None:
            options["delays"] = np.asarray(options["delays"]) * float(self.dt)
        elif feedback and self.node(source).puts_out_state:
            options["delays"] = 0.0
        learning: list[Any] = [None, None]
        if train == "rls":
            learning = [options.pop(name, None) for name in ("beta", "alpha")]
            weights = np.zeros((self.node(target).n, self.node(source).n)) if weights is None else weights
        super().add_edge(source, target, weights, train, **{"feedback": feedback, **options})
        if train == "rls":
            self._squares = {"forgetting": learning[0]} if learning[0] is not None else {}
            if learning[1]:
                self._squares["alpha"] = 1 / learning[1]  # its covariance is the identity times that at first
        return EdgePart(self, source, target)

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
        """Fit parameters by gradients back through time, once through a trial."""
        options = {"epochs": 1, **options}
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
            verbose=verbose, **{**self._squares, **options},
        )  # fmt: skip
        return Observer.of(found)

    def fit_eprop(
        self,
        inputs: Any,
        targets: Any,
        feedback_weights: Any = None,
        epsilon: float | None = None,
        delta: float | None = None,
        update_steps: int | None = 1,
        sampling_steps: int = 1,
        verbose: bool = True,
        **options: Any,
    ) -> Observer:
        """Fit parameters by e-prop, once through a trial, which RectiPy has the call for.

        Args:
            inputs: of a trial, or of several in a list.
            targets: likewise.
            feedback_weights: `[units, outputs]` of the node that learns, or by label, which bring it errors of the
                output; without, these go back through the weights to the output.
            epsilon: how much of earlier errors is left in their running average, 0.99 if left out.
            delta: how much of feedback weights is left when parameters move, 0.9 if left out; for the rest they become
                those to the output.
            update_steps: parameters move after each so many steps.
            sampling_steps: every so many steps, the output is compared with the target.
            verbose: print the loss.
            options: of `rates_rnn.Network.fit_eprop`.

        Raises:
            ArgumentError: something is not as it should be.
        """
        found = self._fitted(
            super().fit_eprop, inputs, targets, update_steps=update_steps, sampling_steps=sampling_steps,
            verbose=verbose, **{"epochs": 1, **self._feedback(feedback_weights, epsilon, delta), **options},
        )  # fmt: skip
        return Observer.of(found)

    def _feedback(self, weights: Any, epsilon: Any, delta: Any) -> dict[str, Any]:
        """Return what rates-rnn takes for weights of feedback, and how they and errors change."""
        if weights is None:
            if (epsilon, delta) != (None, None):
                raise ArgumentError("epsilon and delta are of feedback_weights: give these, or leave both out.")
            return {}
        given = {"epsilon": 0.99 if epsilon is None else epsilon, "delta": 0.9 if delta is None else delta}
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
                raise ArgumentError(f"{name} has to be a number above 0 and at most 1; it is {shown(value)}.")
        if given["epsilon"] == 1:
            raise ArgumentError("epsilon is 1: no error would ever reach a unit. Take a smaller one.")
        if not isinstance(weights, Mapping):
            learning = [label for label in self.nodes if any(path.startswith(f"{label}/") for path in self.state)]
            if len(learning) != 1:
                raise ArgumentError(
                    "feedback_weights are those of one node, and the nodes with states are "
                    f"{', '.join(learning) or 'none'}. Give a dict of them by label."
                )
            weights = {learning[0]: weights}
        return {"feedback": weights, "averaging": given["epsilon"], "following": 1 - given["delta"]}

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
    ) -> EdgePart:
        """Connect two nodes, forwards or back."""
        return super().add_edge(
            source, target, weights, train, dtype, {**(edge_attrs or {}), "feedback": feedback}, **options
        )
