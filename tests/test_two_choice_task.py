"""The network in examples/ that integrates evidence is right more often than in 95 of 100 new trials."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np

EXAMPLE = Path(__file__).parent.parent / "examples" / "two_choice_task.py"


def test_the_network_is_about_as_good_as_who_adds_up_all_evidence() -> None:
    example = runpy.run_path(str(EXAMPLE))
    evidence, signal = example["trials"](400, seed=9)
    untrained = example["answers"](example["network"](0), evidence)[:, -1]
    found = example["answers"](example["learned"](400), evidence)[:, -1]
    right, before = (np.mean(np.sign(values) == np.sign(signal)) for values in (found, untrained))
    best = np.mean(np.sign(np.sum(evidence[..., 0], axis=1)) == np.sign(signal))
    assert right > 0.95
    assert right > best - 0.02
    assert before < 0.9
