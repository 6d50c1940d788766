"""Generated text is Julia, as a grammar says; no test of this file starts Julia, so that they run where none is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from rates_core.testing.parts import single
from rates_julia import process

from plugins.rates_julia.tests import texts
from plugins.rates_julia.tests.grammar import faults, unknown_calls
from plugins.rates_julia.tests.texts import Texts

#: What yields texts, and how many there are at least.
KINDS: dict[str, tuple[Callable[[], Texts], int]] = {
    "models of the library": (texts.of_library, 80),
    "models of the conformance kit": (texts.of_kit, 300),
    "folders that run alone": (texts.of_folders, 20),
    "all functions": (texts.of_functions, 4),
    "single functions": (texts.of_single_functions, 100),
    "noise": (texts.of_noise, 2),
}

GOOD = """\
module Made

export f!

"Compute."
function f!(dy, y, p, t)
    @inbounds for i in eachindex(y)
        dy[i] = -2.0*(y[i] - p.k) + (t < 1.0 ? 0.5 : sin(t))  # p/op/x
    end
    return nothing
end

end
"""


@pytest.fixture(autouse=True)
def no_julia(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no Julia, and none that runs already."""
    monkeypatch.setenv("RATES_JULIA", "/nowhere/julia")
    monkeypatch.setattr(process, "_RUNNING", {})


@pytest.mark.parametrize(("kind", "least"), KINDS.values(), ids=KINDS.keys())
def test_generated_text_is_julia(kind: Callable[[], Texts], least: int) -> None:
    found = dict(kind())
    for name, text in found.items():
        assert faults(text) == [], name
        assert unknown_calls(text) == set(), name
    assert len(found) >= least


def test_what_stands_beside_generated_text_is_julia() -> None:
    for name, text in texts.of_package():
        assert faults(text) == [], name


def test_a_module_is_what_runs_at_many_points_too() -> None:
    model = single("x' = -k*x", x="output(1.0)", k=1.0).compile(backend="julia", solver="rk4", step_size=0.1)
    assert model.program.bind_many({"p/op/k": np.array([1.0, 2.0])}, 2)._library.module.source == model.program.source


#: A part of the good text, what stands there in its place, and what is said of that.
WRONG = {
    "a bracket that stays open": ("sin(t))", "sin(t)", "line 8: this is no Julia: "),
    "an end that is missing": ("    end\n    return", "    return", "line 1: this is no Julia: module Made"),
    "an end too much": ("nothing\nend", "nothing\nend\nend", "line 14: a word of the language is no name: end"),
    "two names side by side": ("eachindex(y)", "each index(y)", "line 7: no line begins with 'index(y)'"),
    "an operator without its right side": ("0.5 :", ":", "line 8: this is no Julia: ?"),
    "a power as in Python": ("y[i] -", "y[i]**2 -", "line 8: this is no Julia: 2"),
    "an import under another name": ("export f!", "import A as B", "line 3: a import_alias has not been looked up"),
    "properties taken apart": ("return nothing", "(; a, b) = p", "line 10: properties are taken apart since Julia 1.7"),
    "a global name with a type": ("export f!", "x::Int = 1", "line 3: global names have types since Julia 1.8"),
    "a rest of a tuple": ("return nothing", "a, b... = p", "line 10: the rest of a tuple is taken since Julia 1.6"),
    "an operator of Julia 1.7": ("t < 1.0 ?", "t .&& y ?", "line 8: an operator has not been looked up: .&&"),
    "a third axis": ("return nothing", "[1;; 2]", "line 10: arrays are joined along further axes since Julia 1.7"),
    "a macro of Julia 1.8": ("return", "@something", "line 10: a macro has not been looked up: @something"),
    "an else of try": (
        "return nothing", "try\nt\ncatch\ny\nelse\np\nend", "line 10: 'try' has 'else' since Julia 1.8: try"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("part", "instead", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_found(part: str, instead: str, said: str) -> None:
    assert faults(GOOD) == []
    assert GOOD.count(part) == 1
    found = faults(GOOD.replace(part, instead))
    assert any(fault.startswith(said) for fault in found), found


def test_a_function_that_julia_does_not_have_is_found() -> None:
    assert unknown_calls(GOOD) == set()
    assert unknown_calls(GOOD.replace("sin(t)", "stack(t) + f!(1)")) == {"stack"}
    assert unknown_calls(GOOD.replace("sin(t)", "p(t)")) == set()
