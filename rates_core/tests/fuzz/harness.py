"""Read many texts in a process that may do nothing else, and tell what came of them.

python -c "from fuzz.harness import main; main('equation', 1, 10_000)"
"""

from __future__ import annotations

import json
import sys
import time
import traceback
import warnings
from collections import Counter
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rates_core.errors import RatesError

from .documents import warm_up
from .guard import Guard
from .subjects import SUBJECTS, Subject

BATCH = 200


def main(kind: str, number: int, cases: int) -> None:
    """Read texts of a kind and print how many were right and how many were refused; stop at anything else."""
    warnings.simplefilter("error")
    subject = SUBJECTS[kind]
    outcomes: Counter[str] = Counter()
    batches(subject, number, 2, outcomes)  # what is imported on use is imported now
    warm_up()
    guard = Guard()
    outcomes.clear()
    start = time.process_time()
    batches(subject, number, cases // BATCH, outcomes, guard)
    print(json.dumps({"seconds": time.process_time() - start, **outcomes}))


def batches(subject: Subject, number: int, count: int, outcomes: Counter[str], guard: Guard | None = None) -> None:
    """Change every text that Hypothesis makes in many ways."""

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(subject.texts, st.integers(0, 2**32))
    def batch(texts: list[str], start: int) -> None:
        random = Random(start)
        for _ in range(BATCH):
            outcomes[outcome(subject, subject.change(random.choice(texts), texts, random), guard)] += 1

    batch()


def outcome(subject: Subject, text: str, guard: Guard | None) -> str:
    """Return what came of a text; end the process if it is neither read nor refused."""
    try:
        if guard is None:
            subject.read(text)
        else:
            with guard.watching():
                subject.read(text)
    except RatesError:
        return "refused"
    except BaseException:  # noqa: BLE001  # whatever else comes out is what is looked for
        print(f"{text[:2000]!r} ({len(text)} characters):", file=sys.stderr)
        traceback.print_exc(limit=-12)
        sys.stderr.flush()
        raise SystemExit(1) from None
    return "read"
