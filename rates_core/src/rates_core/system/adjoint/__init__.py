"""The adjoint of a System: another System, whose statements carry derivatives of a loss from results back."""

from rates_core.system.adjoint.adjoint import Adjoint, Pullback, Wanted, adjoint_of

__all__ = ["Adjoint", "Pullback", "Wanted", "adjoint_of"]
