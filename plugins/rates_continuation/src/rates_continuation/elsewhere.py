"""Starts and curves of a model as work of an executor, and how they go to other processes and come back.

What is sent of a model says how it is made, never what is compiled of it; a field that results refer to stays where it
is, and is that of the process that they come to.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen
from rates_core.simulation.field import VectorField

from rates_continuation.native.curve import Place
from rates_continuation.native.engine import Followed
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.tracing import Bounds, Steps
from rates_continuation.starting import Start, begun
from rates_continuation.wording import named

if TYPE_CHECKING:
    from rates_continuation.continuation import Continuation

FIELD = "field"  # what stands for it
Content = TypeVar("Content")


@frozen(eq=False)
class Posed:
    """A model with the equations of its equilibria.

    Attributes:
        continuation: of the model.
        parameter: path of the one that varies.
        field: the model, of this parameter.
        equations: of its equilibria.
    """

    continuation: Continuation
    parameter: str
    field: VectorField
    equations: EquilibriumEquations

    @classmethod
    def of(cls, continuation: Continuation, parameter: str) -> Posed:
        """Return a model, made here."""
        with named(free="parameter"):
            field = continuation.analysed.get_vector_field([parameter], continuation.parameters)
        return cls(continuation, parameter, field, EquilibriumEquations(field))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made."""
        return Posed.of, (self.continuation, self.parameter)


@frozen(eq=False)
class Beginning:
    """Looks for the equilibrium near a start.

    Attributes:
        posed: the model.
        bounds: of the parameter.
    """

    posed: Posed
    bounds: tuple[float, float]

    def __call__(self, given: Mapping[str, float]) -> Start:
        """Return what a start leads to."""
        return begun(self.posed.field, self.posed.equations, given, self.bounds, anywhere=True)


@frozen(eq=False)
class Following:
    """Follows the curve through a place.

    Attributes:
        posed: the model.
        bounds: of the parameter.
        steps: how long they are, and how many to each side; elsewhere nobody counts them or hears Ctrl-C.
    """

    posed: Posed
    bounds: tuple[float, float]
    steps: Steps

    def __reduce__(self) -> tuple[Any, ...]:
        """Return it without what belongs to this process."""
        return Following.of, (self.posed, self.bounds, self.steps.largest, self.steps.most)

    @classmethod
    def of(cls, posed: Posed, bounds: tuple[float, float], largest: float, most: int) -> Following:
        """Return what follows curves by steps that nobody counts."""
        return cls(posed, bounds, Steps(largest=largest, most=most))

    def __call__(self, place: Place) -> Sent[Followed] | Arrived[Followed]:
        """Return the curve."""
        posed = self.posed
        found = posed.continuation.engine.follow(posed.equations, place, Bounds(*self.bounds), self.steps)
        return Sent(found, posed.field)


@frozen(eq=False)
class Sent(Generic[Content]):
    """What refers to a field; on its way to another process the field is left out.

    Attributes:
        content: itself.
        field: to which it refers.
    """

    content: Content
    field: VectorField

    def __reduce__(self) -> tuple[Any, ...]:
        """Return it as it arrives."""
        buffer = io.BytesIO()
        _Pickler(buffer, self.field).dump(self.content)
        return Arrived, (buffer.getvalue(),)

    def at(self, field: VectorField, told: Callable[[Content], None]) -> Content:
        """Return the content, which has not left this process."""
        return self.content


@frozen(eq=False)
class Arrived(Generic[Content]):
    """What comes from another process.

    Attributes:
        data: without the field.
    """

    data: bytes

    def at(self, field: VectorField, told: Callable[[Content], None]) -> Content:
        """Return the content, which refers to the field of this process.

        Args:
            field: of the same model.
            told: is called with what nobody here has seen being made.
        """
        content: Content = _Unpickler(io.BytesIO(self.data), field).load()
        told(content)
        return content


class _Pickler(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO, field: VectorField) -> None:
        super().__init__(buffer, pickle.HIGHEST_PROTOCOL)
        self._field = field

    def persistent_id(self, obj: Any) -> str | None:
        """Return what stands for the field."""
        return FIELD if obj is self._field else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, field: VectorField) -> None:
        super().__init__(buffer)
        self._field = field

    def persistent_load(self, pid: Any) -> VectorField:
        """Return the field, the only thing that something stands for."""
        return self._field
