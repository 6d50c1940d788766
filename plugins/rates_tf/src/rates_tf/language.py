"""TensorFlow as printers know it."""

from __future__ import annotations

from rates_core.programs.arrays.language import ArrayLanguage, texts_of

SAME = "sin cos tan sinh cosh tanh exp log sqrt abs floor ceil real imag conj sigmoid"

TENSORFLOW = ArrayLanguage(
    library="TensorFlow",
    imports=("from functools import reduce", "", "import numpy as np", "import tensorflow as tf"),
    functions={
        **{name: f"tf.math.{name}" for name in SAME.split()},
        "where": "tf.where", "log10": "log10", "round": "tf.round", "mod": "tf.math.floormod", "fmod": "tf.truncatemod",
        "arcsin": "tf.asin", "arccos": "tf.acos", "arctan": "tf.atan", "arctan2": "tf.atan2", "power": "tf.pow",
        "vsum": "tf.reduce_sum", "mean": "tf.reduce_mean", "maxi": "tf.reduce_max", "mini": "tf.reduce_min",
        "min": "smallest", "max": "largest", "and": "tf.logical_and", "or": "tf.logical_or",
        "not": "tf.logical_not", "heaviside": "heaviside", "sign": "sign", "erf": "erf", "erfc": "erfc",
    },
    complex_functions={
        name: f"complex_{name}" for name in ("divide", "power", "sigmoid", "arcsin", "arccos", "arctan")
    },
    helpers=texts_of("rates_tf", "functions.py"),
    precisions={
        "float64": ("FLOAT, COMPLEX = tf.float64, tf.complex128",),
        "float32": ("FLOAT, COMPLEX = tf.float32, tf.complex64",),
    },
    strict=True,
    compiled=("import tensorflow as tf", "tf.function"),
    shaping={"clip": "tf.clip_by_value", "broadcast_to": "tf.broadcast_to"},
)  # fmt: skip
