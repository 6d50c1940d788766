"""Sweeps that were stopped: what is done is kept, and the rest is run later."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
from rates_core.sweeps.interrupts import uninterrupted
from rates_core.sweeps.store import Memory

from .stopped import assert_same, interrupt_after

K = np.array([-2.0, 40.0, -1.0, 0.5, 80.0, 0.0])


@pytest.mark.filterwarnings("ignore:.*ended early and are NaN:RuntimeWarning")
def test_in_memory_the_result_of_an_interrupted_sweep_goes_on(sweep, burst, monkeypatch):
    whole = sweep(burst, {"p/op/k": K}, reduce="last")
    with monkeypatch.context() as patch:
        interrupt_after(patch, 3)
        with pytest.raises(KeyboardInterrupt) as caught:
            sweep(burst, {"p/op/k": K}, reduce="last", backend="numpy")
    part = caught.value.result
    assert repr(part) == "<SweepResult: 3 of 6 points, x_last>"
    assert np.isnan(part["x_last"][3:]).all()
    assert_same(sweep(burst, {"p/op/k": K}, reduce="last", backend="numpy", resume=part), whole)
    assert part.done.sum() == 3


def test_in_a_function_of_the_users_an_error_has_what_was_done(sweep, decay):
    def inverse(values, times):
        return 1 / (1 - round(values[-1]))

    with pytest.raises(ZeroDivisionError) as caught:
        sweep(decay, {"a/op/k": [-9.0, -8.0, 0.0]}, reduce={"x": inverse}, memory_limit=1, backend="numpy")
    assert caught.value.result["x_inverse"].tolist() == pytest.approx([1, 1, np.nan], nan_ok=True)


def test_ctrl_c_is_heard_once_what_is_being_written_is_whole(sweep, decay, monkeypatch):
    real = Memory.put

    def put(self, *values):
        os.kill(os.getpid(), signal.SIGINT)
        real(self, *values)

    monkeypatch.setattr(Memory, "put", put)
    with pytest.raises(KeyboardInterrupt) as caught:
        sweep(decay, {"a/op/k": K}, reduce="last", memory_limit=1, backend="numpy")
    result = caught.value.result
    assert result.done.tolist() == [True, *[False] * 5]
    assert np.isfinite(result["x_last"]).tolist() == result.done.tolist()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_inside_is_not_hidden_by_ctrl_c():
    def fail():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
