"""Vector fields: of one state as runs compute it, of many by functions of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from rates_core.programs.arrays.field import ArrayField, own_values
from rates_core.programs.field import FieldFunctions, FieldProgram, FieldRequest, Function
from rates_core.programs.program import ProgramRequest
from rates_core.system.linearisation import Linearisation

from rates_numpy.kernel import NumpyProgram, load_module
from rates_numpy.many import NUMPY, NumpyRuntime
from rates_numpy.matrix import entries_text, write_linearisation


class NumpyField(FieldProgram):
    """Functions of one state, in which single units are Python's numbers, and those of arrays for all else."""

    def __init__(self, request: FieldRequest) -> None:
        self._many = ArrayField(request, NUMPY, NumpyRuntime())
        self._one = NumpyProgram(ProgramRequest(request.system, name=request.name))
        self._entries = [_Entries(item) for item in request.matrices]
        self.source = "\n\n".join([self._many.source, self._one.source, *(item.source for item in self._entries)])

    def bind(self, arguments: Mapping[str, Any]) -> FieldFunctions:
        """Return the functions for values of all parameters."""
        many, kernel = self._many.bind(arguments), self._one.bind(arguments)

        def rates(y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any]) -> Any:
            return kernel.rhs(0.0, y, inputs, reads, ())

        matrices = zip(self._entries, many.matrices, strict=True)
        return FieldFunctions(
            _either(rates, many.rates), many.slots, tuple(_either(one.bind(arguments), all_) for one, all_ in matrices)
        )


class _Entries:
    """A generated module whose function returns the entries of a derivative matrix at one state."""

    def __init__(self, linearisation: Linearisation) -> None:
        written = write_linearisation(
            linearisation, lambda *results: [f"return {entries_text(linearisation, *results)}"], (), caught=True
        )
        self.source, self._parameters = written.text, written.parameters
        self._own = own_values(linearisation.system)
        self._module = load_module(written.text)

    def bind(self, arguments: Mapping[str, Any]) -> Function | None:
        """Return the function, or None where Python's numbers raise in what depends on parameters only."""
        known, unpack = {**self._own, **arguments}, self._module.unpack
        try:
            with np.errstate(all="ignore"):
                inner = self._module.linearisation(*(known[path] for path in self._parameters))
        except ArithmeticError:
            return None

        def entries(y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any]) -> Any:
            with np.errstate(all="ignore"):
                return inner(0.0, *unpack(np.array(y)), *inputs, *reads)

        return entries


def _either(one: Function | None, many: Function) -> Function:
    """Return what computes one state by a function of its own, and by arrays what Python's numbers raise."""
    if one is None:
        return many

    def function(y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any]) -> Any:
        if y.ndim == 1:
            with suppress(ArithmeticError):  # as of 1/0, which is infinite in arrays
                return one(y, inputs, reads)
        return many(y, inputs, reads)

    return function
