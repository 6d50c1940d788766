"""States of the random generators that a program shares."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch


def generator_states() -> dict[str, Any]:
    """Return the states of the generators of PyTorch, Python and NumPy, as numbers, texts and tensors."""
    kind, keys, *rest = np.random.get_state(legacy=True)
    found = {"torch": torch.get_rng_state(), "python": random.getstate(), "numpy": [kind, list(map(int, keys)), *rest]}
    return found | ({"cuda": torch.cuda.get_rng_state_all()} if torch.cuda.is_available() else {})


def set_generator_states(states: dict[str, Any]) -> None:
    """Put generators into states that were stored."""
    torch.set_rng_state(states["torch"])
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, *rest = states["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), *rest))
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(states["cuda"])
