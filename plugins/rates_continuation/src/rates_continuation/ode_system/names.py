"""Parameters and states by all the names that users of PyCoBi give them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from numbers import Integral
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from rates_core.errors import UnknownNameError, did_you_mean, shown
from rates_core.programs.program import FunctionRequest
from rates_core.programs.signature import Signature

from rates_core import CircuitTemplate

PERIOD, TIME = "period", "t"
RESERVED = {11: PERIOD, 14: TIME}  # components of PAR that Auto-07p keeps, and what is known of them by name
_TAKEN = range(10, 15)  # all that it keeps
_COMPONENT = re.compile(r"^(PAR|U)\((\d+)\)$")
_OTHERS = {"PERIOD": PERIOD, "time": TIME}


@frozen(eq=False)
class Names:
    """What the numbers of a model are called.

    Attributes:
        parameters: path of each component of PAR, by number.
        values: of these in the model, by path.
        states: path of each component of U, in order.
        called: what tables call parameters and states, by path; those that are not in it by their paths.
    """

    parameters: Mapping[int, str]
    values: Mapping[str, float]
    states: tuple[str, ...]
    called: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of(cls, model: CircuitTemplate) -> Names:
        """Return the names of a model; PAR and U have the components that they have in the files for Auto-07p."""
        system = model.compile(vectorize=False).system
        known = {item.path: item for item in system.parameters}
        numbers = [
            path for path in Signature.of(FunctionRequest(system, "f")).parameters
            if not (known[path].shape or known[path].structural or known[path].complex or known[path].integer)
        ]  # fmt: skip
        return cls(
            dict(zip(_free(), numbers, strict=False)),
            {path: float(np.asarray(known[path].value)) for path in numbers},
            model.get_vector_field([], vectorize=False).states,
        )

    def renamed(self, first: Sequence[str], called: Mapping[str, str]) -> Names:
        """Return the same with other numbers and names.

        Args:
            first: paths of the parameters that are the first components of PAR; the others follow.
            called: what tables call parameters and states, by path.
        """
        order = dict.fromkeys([*first, *self.parameters.values()])
        return evolve(self, parameters=dict(zip(_free(), order, strict=False)), called=dict(called))

    def shown(self, path: str) -> str:
        """Return what tables call a parameter or state."""
        return self.called.get(path, path)

    def parameter(self, key: Any) -> str:
        """Return the path of a parameter; `period` or `t` for what Auto-07p keeps.

        Raises:
            UnknownNameError: there is none of that name.
        """
        found = self._found(key, [*self.parameters.values(), PERIOD, TIME])
        if found is not None and found not in self.states:
            return found
        if isinstance(key, str) and "/" in key and found is None:
            return key  # of several units, or of one among them: the model knows
        known = [*(f"{number} '{path}'" for number, path in self.parameters.items()), "11 'period'", "14 't'"]
        hint = did_you_mean(str(key), [*self.parameters.values(), PERIOD, TIME])
        raise UnknownNameError(f"There is no parameter {shown(key)}.{hint} Parameters: {', '.join(known)}.")

    def column(self, key: Any, columns: Sequence[str]) -> str:
        """Return the name of the column of a table that a name stands for.

        Raises:
            UnknownNameError: there is none.
        """
        paths = {self.shown(path): path for path in (*self.states, *self.parameters.values())}
        found = self._found(key, [paths.get(column, column) for column in columns])
        if found is not None and found not in columns:
            found = self.shown(found)
        if found is None or found not in columns:
            raise UnknownNameError(
                f"The table has no column {shown(key)}.{did_you_mean(str(key), columns)} It has: {', '.join(columns)}."
            )
        return found

    def _found(self, key: Any, candidates: Sequence[str]) -> str | None:
        """Return a path or column by number, component, whole path or the end of one that is alone of its kind."""
        if isinstance(key, Integral) and not isinstance(key, bool):
            return self._component("PAR", int(key))
        if not isinstance(key, str):
            return None
        if key in candidates:
            return key
        named = next((path for path, name in self.called.items() if name == key), None)
        if named is not None:
            return named
        component = _COMPONENT.match(key)
        if component:
            return self._component(component[1], int(component[2]))
        if key in _OTHERS:
            return _OTHERS[key]
        ends = [path for path in candidates if path.endswith(f"/{key}")]
        return ends[0] if len(ends) == 1 else None

    def _component(self, array: str, number: int) -> str | None:
        if array == "U":
            return self.states[number - 1] if 1 <= number <= len(self.states) else None
        return RESERVED.get(number, self.parameters.get(number))


def _free() -> Iterator[int]:
    return (number for number in count(1) if number not in _TAKEN)
