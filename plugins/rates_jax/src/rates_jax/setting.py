"""Whether JAX is set to numbers of 64 bits, where users go through generated functions with it."""

from __future__ import annotations

from typing import Any

import jax
from rates_core.errors import ArgumentError


def check_bits(kind: Any) -> None:
    """Raise unless JAX keeps numbers of a kind as they are.

    Raises:
        ArgumentError: it is set to 32 bits.
    """
    if jax.dtypes.canonicalize_dtype(kind) != kind:
        raise ArgumentError(
            "The model was compiled with float_precision='float64', and JAX is set to 32 bits. Say "
            "jax.config.update('jax_enable_x64', True) first, or compile it with float_precision='float32'."
        )
