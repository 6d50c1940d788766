"""Generated text is MATLAB: what Octave alone takes is not in it, and no variable hides a function."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from rates_core.errors import ArgumentError
from rates_core.testing.parts import single
from rates_matlab.names import FUNCTIONS, KEYWORDS, OWN, RESERVED
from rates_matlab.printer import BUILT_IN
from rates_matlab.printer import OWN as WRITTEN_OUT
from rates_matlab.support import support_names

from plugins.rates_matlab.tests.conftest import Octave, program, written
from plugins.rates_matlab.tests.test_folder import network
from rates_core import CircuitTemplate

#: what Octave takes and MATLAB does not
OCTAVE_ONLY = {
    "a comment behind #": r"#",
    "text in double quotes": r'"',
    "an assignment that changes": r"[-+*/^|&]=",
    "an exclamation mark": r"!",
    "an end that says of what": r"\bend(if|for|while|function|switch)\b|\bend_\w+",
    "a loop that ends with until": r"\buntil\b",
    "an index of a call": r"\)\([^)]*\)\(",
    "a function of Octave": r"\b(printf|puts|fdisp|merge|ifelse)\b\(",
}

#: words that are something in MATLAB
WORDS = "gamma beta zeta eps sum i j end function otherwise mean abs size zeros Inf pi1 exp1 ans length step path"


def _texts() -> dict[str, str]:
    """Return texts of all kinds."""
    delayed, plain = program(network(), solver="rk4"), program(_words(), solver="heun")
    found = {"program": plain.source, "delayed": delayed.source, **delayed.folder()}
    found |= {f"plain {name}": text for name, text in plain.folder().items()}
    found |= program(single(["x' = -past(x, tau)"], x="output(1.0)", tau=1.0), solver="heun").dde_biftool()
    function = network().get_run_func("field", 0.1, backend="matlab", solver="scipy")
    jacobian = network().get_jacobian_func("jac", 0.1, backend="matlab", sparse=True)
    return found | {"field": function.source, "jac": jacobian.source}


def _words() -> CircuitTemplate:
    words = WORDS.split()
    total = " + ".join(f"{number + 1}*{word}" for number, word in enumerate(words))
    return single(f"v' = cos({total}) - sqrt(v)^1.5", v="output(0.2)", **dict.fromkeys(words, 0.3))


def _code(text: str) -> str:
    """Return a text without comments and without what stands in quotes."""
    lines = [
        re.sub(r"'[^'\n]*'", "''", line) if "'" in line and ".'" not in line else line for line in text.splitlines()
    ]
    return "\n".join(line.partition("%")[0] for line in lines)


def test_nothing_is_written_that_only_octave_takes() -> None:
    for name, text in _texts().items():
        for what, pattern in OCTAVE_ONLY.items():
            found = re.search(pattern, _code(text))
            assert found is None, f"{name} has {what}: {found}"


@pytest.mark.parametrize("what", OCTAVE_ONLY)
def test_what_only_octave_takes_is_recognised(what: str) -> None:
    examples = ["x = 1;  # one", 'x = "one";', "x += 1;", "if !x", "endif", "do until x", "f(1)(2)(3)", "printf(x)"]
    assert any(re.search(OCTAVE_ONLY[what], example) for example in examples)


def test_octave_parses_every_file_and_finds_one_that_is_wrong(tmp_path: Path, octave: Octave) -> None:
    texts = {f"file_{number}.m": text for number, text in enumerate(_texts().values())}
    written(tmp_path, {**texts, "wrong.m": "function y = wrong(x)\ny = (x;\nend\n"})
    check = "try, __parse_file__(name); disp('taken'); catch, disp('refused'); end"
    command = f"list = dir('*.m'); for k = 1:numel(list), name = fullfile(pwd, list(k).name); {check}; end"
    said = octave(tmp_path, command).split()
    assert said == ["taken"] * len(texts) + ["refused"]


def test_no_variable_hides_a_word_or_a_function() -> None:
    text = _code(program(_words(), solver="heun").source)
    assigned = set(re.findall(r"^\s*(\w+) = ", text, re.MULTILINE)) | set(re.findall(r"\bp\.(\w+)", text))
    assert assigned & (KEYWORDS | FUNCTIONS) <= {"functions"}
    assert {"op_gamma", "op_beta", "op_end"} <= assigned


def test_what_generated_text_calls_is_reserved() -> None:
    assert set(BUILT_IN.values()) | set(WRITTEN_OUT.values()) | support_names() <= RESERVED
    called = set(re.findall(r"\b([a-z]\w+)\(", _code(files("rates_matlab").joinpath("support.m").read_text("utf-8"))))
    variables = {"samples", "buffer", "negative", "odd", "half", "far", "other", "condition", "value"}
    assert called - variables <= KEYWORDS | FUNCTIONS | OWN


def test_lines_can_be_read() -> None:
    for name, text in _texts().items():
        code = [line for line in text.splitlines() if not line.lstrip().startswith("%")]
        assert max(map(len, code)) <= 120, f"{name}: {max(code, key=len)}"


def test_numbers_keep_all_their_digits() -> None:
    value = float(np.nextafter(0.1, 1))
    text = program(single(f"x' = {value!r} - rate*x", x="output(0.0)", rate=1.0), solver="euler").source
    assert f"d_x = {value!r} - p.rate*x;" in text


@pytest.mark.parametrize("name", ["end", "sin", "sampled", "_field"])
def test_a_function_has_a_name_that_matlab_takes(name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        single(["x' = -x"], x="output(1.0)").get_run_func(name, 0.1, backend="matlab")
    assert str(caught.value) == f"A function of MATLAB cannot be called '{name}' here; choose another func_name."
