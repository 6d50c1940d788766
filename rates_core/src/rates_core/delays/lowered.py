"""What a circuit means, as equations, with the delays realised by the installed strategies."""

from __future__ import annotations

from rates_core.delays.lowering import lower
from rates_core.network.build import build_network
from rates_core.system.build import build_system
from rates_core.system.system import System
from rates_core.templates.circuit import CircuitTemplate


def lowered_system(circuit: CircuitTemplate, vectorize: bool = True) -> System:
    """Return the System of a circuit, in which distributed delays are chains of states; discrete ones are reads.

    Args:
        circuit: any circuit; it is not changed.
        vectorize: whether equal nodes are grouped; a writer of single variables leaves them apart.

    Raises:
        RatesError: the circuit has no meaning, as `CircuitTemplate.run` says; or delays are distributed, and no
            strategy that makes chains is installed.

    Example:
        >>> from rates_core import CircuitTemplate
        >>> from rates_core.delays.lowered import lowered_system
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> [state.path for state in lowered_system(circuit).states]
        ['p/vdp_op/x', 'p/vdp_op/z']
    """
    return lower(build_system(build_network(circuit, vectorize)))
