"""What fits keep in memory: nothing that grows from epoch to epoch."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import torch

from plugins.rates_rnn.tests.networks import DELAYS, STEPS, X, whole

WARM, EPOCHS, MOST = 3, 50, 0.1 * 2**20  # epochs before, epochs that are looked at, bytes that each may add


def epochs(delays: str, count: int) -> None:
    """Fit a network, epoch by epoch, as `fit_bptt` and loops of users do."""
    options = {"train_params": ["li_op/tau", "weights"], "train": "gd"}
    net = whole(delays=delays, **options)
    optimiser = torch.optim.Adam(net.parameters())
    net.fit_bptt(X, np.zeros((STEPS, 3)), optimizer=optimiser, epochs=WARM)
    gc.collect()
    tracemalloc.start()
    before, tensors = tracemalloc.get_traced_memory()[0], living()
    net.fit_bptt(X, np.zeros((STEPS, 3)), optimizer=optimiser, epochs=count)
    for _ in range(count):
        optimiser.zero_grad()
        net.reset()
        torch.stack([net.forward(x) for x in X[:10]]).square().mean().backward()
        optimiser.step()
    net.reset()
    gc.collect()
    grown = (tracemalloc.get_traced_memory()[0] - before + living() - tensors) / (2 * count)
    tracemalloc.stop()
    assert grown < 0.2 * MOST, f"{grown:.3g} bytes per epoch"


def living() -> int:
    """Return the bytes of all tensors that Python sees, which `tracemalloc` does not count."""
    found = {}
    for thing in gc.get_objects():
        if type(thing) in (torch.Tensor, torch.nn.Parameter):
            storage = thing.untyped_storage()
            found[storage.data_ptr()] = storage.nbytes()
    return sum(found.values())


def test_epochs_keep_nothing() -> None:
    epochs("between steps", 5)


@pytest.mark.exhaustive
@pytest.mark.parametrize("delays", list(DELAYS))
def test_fifty_epochs_grow_memory_by_less_than_a_tenth_of_a_megabyte_each(delays: str) -> None:
    program = f"""
import resource
import numpy as np
from plugins.rates_rnn.tests.networks import STEPS, X, whole

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

net = whole(delays={delays!r}, train_params=["li_op/tau", "weights"], train="gd")
targets = np.zeros((STEPS, 3))
net.fit_bptt(X, targets, epochs={WARM})
before = resident()
net.fit_bptt(X, targets, epochs={EPOCHS})
print((resident() - before) / {EPOCHS})
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=600)
    assert float(found.stdout) < MOST


@pytest.mark.parametrize("delays", DELAYS)
def test_a_run_after_a_reset_is_bit_equal_after_fits_too(delays: str) -> None:
    net = whole(delays=delays, train_params=["li_op/tau", "weights"], train="gd")
    net.fit_bptt(X, np.ones((STEPS, 3)), lr=0.1, epochs=2)
    first = net.run(X)["out"]
    net.forward(X[0])
    net.reset()
    assert torch.equal(net.run(X)["out"], first)
