"""Nodes and edges of networks, as users of RectiPy hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean

from rates_pyrates.template import RefusedMemberError

#: members of parts that have no meaning, and what to use
REFUSED = {
    "forward": "all nodes and edges of a network take their steps together, by forward() of it.",
    "detach": "net.detach() lets no derivative flow further back.",
}


class Part:
    """What a network has, looked at there; once it was taken out, with the values that it had then.

    Attributes:
        shown: as rates-rnn returns it, once it was taken out.
    """

    kind: str

    def __init__(self, network: Any, *ends: str) -> None:
        self.network, self.ends = network, ends
        self.shown: Any = None

    def taken(self, shown: Any) -> Any:
        """Return it as what was taken out of its network."""
        self.network, self.shown = None, shown
        return self

    def inside(self) -> Any:
        """Return the network that it is in.

        Raises:
            ArgumentError: it was taken out.
        """
        if self.network is None:
            called = " to ".join(map(repr, self.ends))
            raise ArgumentError(f"The {self.kind} {called} was taken out of its network: it takes no steps, and learns "
                                "nothing. Its values are those that it had.")  # fmt: skip
        return self.network

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Yield what is trained of it."""
        yield from self.train_params

    @property
    def train_params(self) -> list[Any]:
        """Return what is trained of it."""
        return [value for path, value in self.inside().named_parameters() if self.has(path)]

    def has(self, path: str) -> bool:
        """Tell whether a value of the network is its own. Abstract."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        if name in REFUSED:
            raise RefusedMemberError(f"'{name}' of the {self.kind} is refused: {REFUSED[name]}")
        raise AttributeError(f"the {self.kind} has no attribute '{name}'.{did_you_mean(name, dir(type(self)))}")


class NodePart(Part):
    """A node of a network: `node["op/var"]` has a variable of it."""

    kind = "node"

    @property
    def label(self) -> str:
        """Return its name in the network."""
        return self.ends[0]

    def member(self) -> Any:
        """Return it as rates-rnn has it, with the values of now."""
        return self.network.described(self.label) if self.shown is None else self.shown

    def has(self, path: str) -> bool:
        """Tell whether a value of the network is its own: of its units, or between them."""
        source, _, target = path.partition("->")
        return all(end.startswith(f"{self.label}/") for end in (source, target or source))

    @property
    def n_in(self) -> int:
        """Return the number of inputs."""
        return int((self.network.node(self.label) if self.shown is None else self.shown).n)

    n_out = n_in

    @property
    def dt(self) -> float:
        """Return the step."""
        return float(self.inside().dt)

    def __getitem__(self, item: str) -> Any:
        if self.network is not None:
            return self.network.get_var(self.label, item)
        values: Mapping[str, Any] = self.shown.values
        if item not in values:
            raise UnknownNameError(f"The node '{self.label}' has no value '{item}'.{did_you_mean(item, values)}")
        return torch.as_tensor(values[item])

    def set_param(self, param: str, val: Any) -> None:
        """Set a parameter."""
        self.inside().set_var(self.label, param, val)

    @property
    def variable_names(self) -> list[str]:
        """Return the states, as `op/var`."""
        return [path.removeprefix(f"{self.label}/") for path in self.inside().state if self.has(path)]

    @property
    def parameter_names(self) -> list[str]:
        """Return what else has a value of its own, as `op/var`."""
        states, own = self.variable_names, [path for path in self.inside().values() if self.has(path)]
        names = [path.removeprefix(f"{self.label}/") for path in own if "->" not in path]
        return [name for name in names if name not in states]

    @property
    def y(self) -> torch.Tensor:
        """Return all states, one variable behind the other."""
        network = self.inside()
        return torch.cat([network.get_var(self.label, name) for name in self.variable_names], -1)

    def reset(self, y: Any = None, idx: Any = None) -> None:
        """Set all states, or some of them: to values, or to those at the start."""
        network, names, now = self.inside(), self.variable_names, self.y.detach().clone()
        first = [network.value(f"{self.label}/{name}").detach() for name in names]
        given = torch.cat([value.expand(self.n_in) for value in first]) if y is None else torch.as_tensor(np.asarray(y))
        if idx is None:
            now[:] = given
        else:
            now[torch.as_tensor(np.asarray(idx))] = given.to(now)
        for name, part in zip(names, torch.split(now, self.n_in, -1), strict=True):
            network.set_var(self.label, name, part)


class EdgePart(Part):
    """An edge of a network: `edge.weights` are those that it has now."""

    kind = "edge"

    def edge(self) -> Any:
        """Return it as rates-rnn has it."""
        return self.network.edge(*self.ends) if self.shown is None else self.shown

    def has(self, path: str) -> bool:
        """Tell whether a value of the network is its own."""
        return path.startswith(f"{self.edge().ends}/")

    @property
    def n_in(self) -> int:
        """Return the number of sources."""
        return int(self.edge().weights.shape[1])

    @property
    def n_out(self) -> int:
        """Return the number of targets."""
        return int(self.edge().weights.shape[0])

    @property
    def weights(self) -> torch.Tensor:
        """Return the weights, `[target, source]`."""
        if self.network is None:
            return torch.as_tensor(self.shown.weights)
        self.network.ready()
        found: torch.Tensor = self.network.value(self.edge().path)
        return found

    @weights.setter
    def weights(self, val: Any) -> None:
        self.inside().set_value(self.edge().path, val)

    @property
    def mask(self) -> Any:
        """Return where weights may be other than 0, or None."""
        return None if self.edge().mask is None else torch.as_tensor(self.edge().mask)
