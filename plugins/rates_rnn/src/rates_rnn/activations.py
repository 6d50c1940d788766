"""Functions of a node's input, as operators of the equation language."""

from __future__ import annotations

from rates_core.errors import UnknownNameError, did_you_mean

from rates_core import NodeTemplate, OperatorTemplate

EQUATIONS = {
    "identity": "r = x",
    "tanh": "r = tanh(x)",
    "sigmoid": "r = sigmoid(x)",
    "relu": "r = max(x, 0.0)",
    "softplus": "r = max(x, 0.0) + log(1.0 + exp(-abs(x)))",
    # the largest input is taken away, so that no exponential overflows
    "softmax": "r = exp(x - maxi(x))/vsum(exp(x - maxi(x)))",
    "softmin": "r = exp(mini(x) - x)/vsum(exp(mini(x) - x))",
    "log_softmax": "r = x - maxi(x) - log(vsum(exp(x - maxi(x))))",
}


def activation(name: str) -> tuple[NodeTemplate, str, str]:
    """Return a node that is a function of its input, and the paths of its input and its output.

    Raises:
        UnknownNameError: there is no such function.
    """
    if name not in EQUATIONS:
        raise UnknownNameError(
            f"There is no activation function {name!r}.{did_you_mean(str(name), EQUATIONS)} There are: "
            f"{', '.join(EQUATIONS)}."
        )
    operator = OperatorTemplate(f"{name}_op", EQUATIONS[name], {"r": "output", "x": "input(0.0)"})
    return NodeTemplate(name, [operator]), f"{name}_op/x", f"{name}_op/r"
