"""All files that Debian's xppaut comes with: each is run as xppaut runs it, or refused for what it says."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from rates_core.errors import RatesError
from rates_core.templates.operator import OperatorTemplate
from rates_xppaut import Experiment, read_experiment

from rates_core import OmissionWarning

Runner = Callable[..., np.ndarray]
Comparison = Callable[[np.ndarray, np.ndarray], None]

FOLDER = Path("/usr/share/doc/xppaut")
FILES = {
    f"{'html/' if 'html' in path.parts else ''}{path.stem}": path
    for folder in ("examples/ode", "html/odes")
    for path in sorted((FOLDER / folder).glob("*.ode"))
}
MAP, VOLTERRA = "is a map from step to step", "is a Volterra integral equation"
LIBRARY, CONDITION = "A library in another language", "is an algebraic condition"
#: What is refused, and a part of the reason.
REFUSED = {
    "angela": VOLTERRA, "cuplamdif": VOLTERRA, "fr": VOLTERRA, "lamvolt": VOLTERRA, "tstvol2": VOLTERRA,
    "voltex1": VOLTERRA, "voltex2": VOLTERRA, "vtst": VOLTERRA, "html/singint": VOLTERRA, "html/volt1": VOLTERRA,
    "html/volt2": VOLTERRA, "html/volt3": VOLTERRA, "html/volt4": VOLTERRA,
    "cobweb2": MAP, "del_log": "are a map from step to step", "gill_bruss": "are a map from step to step",
    "julia": "are a map from step to step", "kohox": "are a map from step to step",
    "nochaos": "are a map from step to step", "html/del_log": "are a map from step to step",
    "dae": CONDITION, "dae_ex1": CONDITION, "dae_ex2": CONDITION, "dae_ex3": CONDITION, "html/dae": CONDITION,
    "koho": LIBRARY, "minode": LIBRARY, "testdll": LIBRARY, "tstdll": LIBRARY, "html/front": LIBRARY,
    "html/ppdll": LIBRARY,
    "kepler": "rates has no Markov process", "html/ratchet": "rates has no Markov process",
    "junk2": "rates cannot compute 'ran'",
    # which xppaut itself refuses:
    "clustor": "A bracket '[' is not closed", "tstar": "A bracket '[' is not closed",
    "pHtools_ml": "XPPAUT has no statement 'mksol'", "pHtools_sillen": "XPPAUT has no statement 'mksol'",
    "pHtools_simple": "XPPAUT has no statement 'mksol'",
}  # fmt: skip
#: Where events happen, which xppaut does at the crossing of a line inside a step: they are compared below.
EVENTS = {"delta": 10.0, "duck": 20.0, "duckx": 20.0, "iaf": 5.0, "tyson": 40.0, "html/tyson": 40.0}
#: Steps with which the method of Runge and Kutta is stable where the file asks for a stiff method.
STEPS = {"fieldnoy": 1e-4, "hhred": 0.01, "html/schnak": 2e-3, "html/schnak2": 2e-4}
#: Systems that are too irregular for more steps, and large ones.
COUNTS = {"toy_ok": 8, "amari": 20, "amarig": 20, "html/wcnet": 10}
#: Random numbers are compared where they have no weight.
EDITS = {"fhn_noise": ("sig=.1", "sig=0"), "nthet": ("sig=.2", "sig=0")}
CRASHES = {"amari2"}  # with a message about a double free; compared below
READ = [name for name in FILES if name not in {*REFUSED, *EVENTS, *CRASHES}]
ORDINARY = [
    "6x6", "chemotax", "dde", "doubpend", "forcpend", "gberg", "hhred", "lecar", "lorenz", "osc", "pend", "waterwheel",
    "html/mg", "html/wc",
]  # fmt: skip


def opened(name: str, edit: tuple[str, str] | None = None, folder: Path | None = None) -> tuple[str, Experiment]:
    """Return the text of a file, and what is read of it."""
    path = FILES[name]
    text = path.read_text(errors="replace")
    if edit is not None:
        assert edit[0] in text
        assert folder is not None
        text = text.replace(*edit)
        path = folder / path.name
        path.write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OmissionWarning)
        return text, read_experiment(path)


def the_operator(experiment: Experiment) -> OperatorTemplate:
    return experiment.circuit.nodes["p"].operators[0][0]


def columns(operator: OperatorTemplate, printed: int) -> list[str]:
    """Return what xppaut prints: states, then auxiliary quantities, which are the last equations of the file."""
    states = [one.target for one in operator.parsed if one.kind == "differential"]
    others = [one.target for one in operator.parsed if one.kind == "algebraic"]
    return [*states, *others[len(others) - (printed - len(states)) :]] if printed > len(states) else states


def test_every_file_is_read_or_refused() -> None:
    assert len(FILES) >= 120
    assert set(REFUSED) | set(EVENTS) | CRASHES <= set(FILES)


@pytest.mark.parametrize("name", REFUSED)
def test_what_rates_cannot_compute_is_refused_by_name(name: str) -> None:
    with pytest.raises(RatesError) as caught:
        read_experiment(FILES[name])
    assert REFUSED[name] in str(caught.value)


@frozen
class Late:
    """What was before the start as xppaut finds it: one step late, for it keeps the start twice."""

    before: Any
    step: float

    def __call__(self, time: float) -> float:
        return float(self.before(min(time + self.step, 0.0)))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ORDINARY else pytest.mark.exhaustive) for name in READ]
)
def test_rows_are_those_of_xppaut(name: str, xppaut: Runner, agree: Comparison, tmp_path: Path) -> None:
    text, experiment = opened(name, EDITS.get(name), tmp_path)
    operator, settings = the_operator(experiment), experiment.settings
    step = STEPS.get(name, settings["step_size"])
    count = COUNTS.get(name, min(150, round(settings["simulation_time"] / step)))
    # delays are read at steps alone in xppaut, and noise is drawn once a step, so stages of both would differ
    random = any(one.kind == "noise" for one in operator.variables.values())
    at_steps = random or "past(" in " ".join(operator.equations)
    kept = {
        option: match[1] for option in ("delay", "t0") if (match := re.search(rf"(?m)^@.*\b{option}=([\d.]+)", text))
    }
    method = "euler" if at_steps else "rungekutta"
    printed = xppaut(text, FILES[name], meth=method, dt=step, total=count * step, **kept)
    history = {
        path: Late(before, step) if callable(before) else before for path, before in settings.get("history", {}).items()
    }
    names = columns(operator, printed.shape[1] - 1)
    table = experiment.circuit.run(
        (count + 1) * step,
        step,
        solver="euler" if at_steps else "rk4",
        outputs={one: f"p/{operator.name}/{one}" for one in names},
        verbose=False,
        seed=0,
        **({"history": history} if history else {}),
    )
    assert len(printed) == count + 1
    shown = [at for at, one in enumerate(names) if not (name == "nnet2" and one.startswith("junk"))]
    agree(table.to_numpy()[: count + 1, shown], printed[:, 1:][:, shown])  # nnet2's are sums of the stage before


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [name for name in READ if name not in COUNTS])
def test_right_hand_sides_are_those_of_xppaut_at_random_states(
    name: str, xppaut: Runner, agree: Comparison, tmp_path: Path
) -> None:
    text, experiment = opened(name, EDITS.get(name), tmp_path)
    operator = the_operator(experiment)
    states = [one.target for one in operator.parsed if one.kind == "differential"]
    values = np.random.default_rng(sum(map(ord, name))).uniform(0.1, 1.0, len(states)).round(6).tolist()
    begun = "\n".join(f"init {key}={value}" for key, value in zip(states, values, strict=True))
    text = re.sub(r"(?m)^.*\]\(0\)=.*$", "", text)
    lines = text.splitlines()
    end = next((at for at, line in enumerate(lines) if re.fullmatch(r"d(one)?\s*", line)), len(lines))
    step = 2.0**-10  # so that x + h*f is exact enough in single precision to tell f
    t0 = match[1] if (match := re.search(r"(?m)^@.*\bt0=([\d.]+)", text)) else "0"
    printed = xppaut("\n".join([*lines[:end], begun]), FILES[name], meth="euler", dt=step, total=step, t0=t0)
    circuit = experiment.circuit.update_var(
        node_vars={f"p/{operator.name}/{key}": value for key, value in zip(states, values, strict=True)}
    )
    table = circuit.run(
        2 * step, step, outputs={one: f"p/{operator.name}/{one}" for one in states}, verbose=False, seed=0
    )
    found, shown = table.to_numpy()[1], printed[1, 1 : len(states) + 1]
    agree(found[None], shown[None])  # without '@ delay=' xppaut takes the present for the past, which is the start


@pytest.mark.exhaustive
def test_sums_of_functions_are_those_of_products(xppaut: Runner, agree: Comparison) -> None:
    """amari2.ode says what amari.ode says, by `fconv` with a step function in place of `conv` of steps."""
    _, experiment = opened("amari2")
    plain, _ = opened("amari")
    printed = xppaut(plain, meth="euler", dt=0.05, total=0.25)
    operator = the_operator(experiment)
    names = columns(operator, 200)
    table = experiment.circuit.run(0.3, 0.05, outputs={one: f"p/{operator.name}/{one}" for one in names}, verbose=False)
    agree(table.to_numpy(), printed[:, 1:])


@pytest.mark.parametrize(
    ("name", "total"),
    [
        pytest.param(name, total, marks=[] if name == "iaf" else pytest.mark.exhaustive)
        for name, total in EVENTS.items()
    ],
)
def test_events_happen_when_they_do_in_xppaut(name: str, total: float, xppaut: Runner, tmp_path: Path) -> None:
    # both of delta's would happen at once; xppaut does one after the other, rates both with values of before
    text, experiment = opened(name, ("done", "init y=.5\ndone") if name == "delta" else None, tmp_path)
    operator = the_operator(experiment)
    step, every = 1e-3, 50
    printed = xppaut(text, meth="rungekutta", dt=step, total=total, nout=every)
    states = columns(operator, 0)
    table = experiment.circuit.run(
        total,
        step * every,
        solver="dopri5",
        rtol=1e-10,
        atol=1e-12,
        outputs={one: f"p/{operator.name}/{one}" for one in states},
        verbose=False,
    )
    rows = min(len(table), len(printed))
    found, shown = table.to_numpy()[:rows], printed[:rows, 1 : len(states) + 1]
    # xppaut's crossing of a line is off by h^2 |x''|/(8 |x'|), and what follows by as much
    assert np.max(np.abs(found - shown) / (1.0 + np.abs(shown))) <= 5 * step**2
