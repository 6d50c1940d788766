"""The linearisation of a System: another System, whose results are the entries of derivative matrices."""

from rates_core.system.linearisation.linearise import linearise
from rates_core.system.linearisation.matrix import Block, Linearisation

__all__ = ["Block", "Linearisation", "linearise"]
