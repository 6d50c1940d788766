"""PyTorch as printers know it."""

from __future__ import annotations

from rates_core.programs.arrays.language import ArrayLanguage, texts_of

SAME = (
    "sin cos tan sinh cosh tanh exp log log10 sqrt abs floor ceil round fmod erf erfc where real imag conj mean "
    "arcsin arccos arctan arctan2 sigmoid"
)

TORCH = ArrayLanguage(
    library="PyTorch",
    imports=("import torch", "from torch.utils.checkpoint import checkpoint"),
    functions={
        **{name: f"torch.{name}" for name in SAME.split()},
        "vsum": "torch.sum", "maxi": "torch.amax", "mini": "torch.amin", "min": "torch.minimum", "max": "torch.maximum",
        "mod": "torch.remainder", "power": "torch.pow", "and": "torch.logical_and", "or": "torch.logical_or",
        "not": "torch.logical_not", "heaviside": "heaviside", "sign": "sign",
    },
    complex_functions={"power": "complex_power", "sigmoid": "complex_sigmoid"},
    helpers=texts_of("rates_torch", "functions.py"),
    precisions={
        "float64": ("FLOAT, COMPLEX = torch.float64, torch.complex128",),
        "float32": ("FLOAT, COMPLEX = torch.float32, torch.complex64",),
    },
    strict=True,
    shaping={"clip": "torch.clamp", "broadcast_to": "torch.broadcast_to"},
)  # fmt: skip
