"""JAX as printers know it."""

from __future__ import annotations

from rates_core.programs.arrays.language import ArrayLanguage, texts_of

SAME = (
    "sin cos tan sinh cosh tanh exp log log10 sqrt abs floor ceil round sign mod fmod where real imag conj mean arcsin "
    "arccos arctan arctan2 power"
)

JAX = ArrayLanguage(
    library="JAX",
    imports=("import jax", "import jax.numpy as jnp"),
    functions={
        **{name: f"jnp.{name}" for name in SAME.split()},
        "vsum": "jnp.sum", "maxi": "jnp.max", "mini": "jnp.min", "min": "jnp.minimum", "max": "jnp.maximum",
        "and": "jnp.logical_and", "or": "jnp.logical_or", "not": "jnp.logical_not", "heaviside": "heaviside",
        "sigmoid": "jax.nn.sigmoid", "erf": "jax.scipy.special.erf", "erfc": "jax.scipy.special.erfc",
    },
    complex_functions={"divide": "complex_divide", "power": "complex_power", "sigmoid": "complex_sigmoid"},
    helpers=texts_of("rates_jax", "functions.py"),
    compiled=("import jax", "jax.jit"),
    columnwise=True,
    shaping={"clip": "jnp.clip", "broadcast_to": "jnp.broadcast_to"},
    precisions={
        "float64": ("FLOAT, COMPLEX = jnp.float64, jnp.complex128",),
        "float32": ("FLOAT, COMPLEX = jnp.float32, jnp.complex64",),
    },
    setup={"float64": ('jax.config.update("jax_enable_x64", True)',)},
)  # fmt: skip
