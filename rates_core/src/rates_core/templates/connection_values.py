"""What a connectivity is while values are recorded on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from rates_core.templates.edge_index import EdgeIndex
from rates_core.templates.edge_table import Mapped, UnitValue, place_of, with_prefix
from rates_core.templates.sparse import SparseMatrix
from rates_core.templates.value import plain

if TYPE_CHECKING:
    import numpy as np

    from rates_core.templates.connectivity import Connectivity
    from rates_core.templates.node import EdgeTemplate

FIELDS = {"weight": "weights", "delay": "delays", "spread": "spread"}


@define(eq=False)
class ConnectionValues:
    """A connectivity with full paths and plain values.

    Attributes:
        source: path of the source variable.
        target: path of the target input.
        shape: numbers of the units that they name: targets, sources.
        template: equations of the connections, or None.
        mapping: what variables `op/var` of the template are.
        weights: a number, a matrix `[target, source]` or a sparse one.
        delays: None, a number, or an array: a matrix like the weights, beside sparse ones an entry per connection.
        spread: likewise.
        units: variables of the template that some units have of their own.
    """

    source: str
    target: str
    shape: tuple[int, int]
    template: EdgeTemplate | None
    mapping: Mapped
    weights: Any
    delays: Any
    spread: Any
    units: list[UnitValue] = field(factory=list)

    @classmethod
    def of(cls, connectivity: Connectivity, prefix: str, index: EdgeIndex, number: int) -> ConnectionValues:
        """Return the values of a connectivity, which has this number in the index."""
        return cls(
            prefix + connectivity.source,
            prefix + connectivity.target,
            (index.size(index.target[number]), index.size(index.source[number])),
            connectivity.edge,
            with_prefix(connectivity.edge_var_map, prefix),
            plain(connectivity.weights),
            plain(connectivity.delays),
            plain(connectivity.spread),
        )

    def set(self, name: str, value: Any) -> None:
        """Change an attribute, or a variable `op/var` of the template, of all connections."""
        if name not in FIELDS:
            self.units = [item for item in self.units if item.name != name]
            self.mapping[name] = value
        elif name == "weight":
            self.weights = self.in_form(value)
        else:
            setattr(self, FIELDS[name], value)

    def set_units(self, value: UnitValue) -> None:
        """Change a value of the connections between some units."""
        if value.name not in FIELDS:
            self.units.append(value)
            return
        old = getattr(self, FIELDS[value.name])
        place, filled = value.place, self._filled(0.0 if old is None else old, value.value)
        if isinstance(self.weights, SparseMatrix):
            filled[self.entries(value.source, value.target)] = value.value
        else:
            filled[place] = value.value
        self.set(value.name, filled)

    def value(self, name: str, source: int | None, target: int | None) -> Any:
        """Return an attribute or variable: one number for all connections, or an array of these.

        Args:
            name: the attribute, or a variable of the template.
            source: the unit whose connections are meant; None for all.
            target: likewise.
        """
        if name not in FIELDS:
            return self._variable(name, source, target)
        found = getattr(self, FIELDS[name])
        found = found.values.values if isinstance(found, SparseMatrix) else found
        if not hasattr(found, "shape") or (source is None and target is None):
            return found
        if isinstance(self.weights, SparseMatrix):
            chosen = found[self.entries(source, target)]
            return chosen[0].item() if len(chosen) == 1 and None not in (source, target) else chosen
        return _number(found[place_of(source, target)])

    def entries(self, source: int | None, target: int | None) -> np.ndarray:
        """Tell which entries of sparse weights join some units."""
        import numpy as np

        assert isinstance(self.weights, SparseMatrix)
        chosen = np.ones(self.weights.values.size, dtype=bool)
        for unit, column in ((source, self.weights.columns), (target, self.weights.rows)):
            if unit is not None:
                chosen &= column == unit
        return chosen

    def in_form(self, weights: Any) -> Any:
        """Return weights in the form of those that there are: which connections exist stays."""
        if isinstance(weights, SparseMatrix) or not hasattr(self.weights, "shape"):
            return weights
        if not hasattr(weights, "shape") or isinstance(self.weights, SparseMatrix):
            weights = self._filled(weights, weights)
        return evolve(self.weights, values=weights) if isinstance(self.weights, SparseMatrix) else weights

    def _variable(self, name: str, source: int | None, target: int | None) -> Any:
        import numpy as np

        value = self.mapping.get(name)
        if value is None and self.template is not None:
            value = plain(self.template.value(*name.split("/")))
        own = [item for item in self.units if item.name == name]
        if not own or isinstance(value, str):
            return value
        matrix = np.full(self.shape, value, dtype=np.result_type(value, *(item.value for item in own)))
        for item in own:
            matrix[item.place] = item.value
        if isinstance(self.weights, SparseMatrix):
            matrix = matrix[self.weights.rows, self.weights.columns]
            return matrix if source is None and target is None else matrix[self.entries(source, target)]
        return _number(matrix[place_of(source, target)])

    def _filled(self, old: Any, value: Any) -> np.ndarray:
        """Return values as an array with an entry for each connection, which may be changed to `value`."""
        import numpy as np

        sparse = isinstance(self.weights, SparseMatrix)
        shape = self.weights.values.shape if sparse else self.shape
        old = old.values.values if isinstance(old, SparseMatrix) else old
        return np.array(np.broadcast_to(old, shape), dtype=np.result_type(old, value, float))


def _number(value: Any) -> Any:
    """Return a single entry of an array as a Python number."""
    return value if getattr(value, "shape", ()) else value.item()
