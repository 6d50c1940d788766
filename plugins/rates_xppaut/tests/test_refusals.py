"""What is refused, by whole texts: other files, malformed statements, and what rates cannot compute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.errors import EquationError, ModelFileError, UnsupportedFeatureError
from rates_xppaut.reader import read

Writer = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<?xml version='1.0'?>\n<sbml/>", " is no file of XPPAUT. It looks like SBML."),
        ("<a/>", " is no file of XPPAUT. It looks like XML."),
        (
            "a:\n  base: OperatorTemplate\n",
            " is no file of XPPAUT. It looks like a model file of rates (or PyRates): read it as the format 'yaml'.",
        ),
        (
            "state_variables: {x: 1}\n",
            " is no file of XPPAUT. It looks like a file of TVBO: read it as the format 'tvbo'.",
        ),
        ("\0\1", " is no file of XPPAUT: it holds bytes that are no text."),
        (
            "2\nv x y\n",
            " begins with a number of equations, as files of XPPAUT once did. 'xppaut -convert' makes a file of today "
            "of it.",
        ),
        ("# nothing\npar a=1\ndone\n", " has no equation x'=... or dx/dt=..., so there is nothing to compute."),
        ("", " has no equation x'=... or dx/dt=..., so there is nothing to compute."),
        ("par a=1\nx'=1\nqar b=2\n", ":3: XPPAUT has no statement 'qar'. Did you mean 'par'? In 'qar b=2'."),
        (
            "x'=1\npar b=2*pi\n",
            ":2: 'b=2*pi' is no number; XPPAUT takes as many of its characters as are one. A formula of parameters is "
            "written '!b=...' on a line of its own, that of a start 'b(0)=...'. In 'par b=2*pi'.",
        ),
        ("x'=1\nX'=2\n", ":2: 'X' stands for a state already; XPPAUT tells no small letters from big. In 'X'=2'."),
        ("sin'=1\n", ":1: 'sin' is a word of XPPAUT and can be no state. In 'sin'=1'."),
        ("x'=1\ninit y=2\n", ":2: 'y' has no equation of its own, so it starts nowhere. In 'init y=2'."),
        ("x''=1\n", ":1: An equation is written x'=..., dx/dt=..., x(0)=... or f(x)=.... In 'x''=1'."),
        ("x'=1\n@ total=abc\n", ":2: 'total' is a number, not 'abc'. In '@ total=abc'."),
        ("x'=1\n@ meth=foo\n", ":2: XPPAUT has no method 'foo'. In '@ meth=foo'."),
        ("x'=1\ntable w no.tab\n", ":2: The table '{folder}/no.tab' cannot be read: No such file or directory."),
        ("x'=1\nglobal 1 x {x}\n", ":2: 'x' gives no variable or parameter a value. In 'global 1 x {x}'."),
        ("x'=1\nglobal x\n", ":2: An event is written 'global 1 {condition} {x=...;y=...}'. In 'global x'."),
        ("#include more.ode\nx'=1\n", ":1: Files that include others are not read; put their lines in its place. In "
         "'#include more.ode'."),
        ("table w % 3 0 1 t\nspecial k=conv(even,3,2,w,x)\nx'=1\n",
         ":2: 'conv' needs a table of 5 values, and 'w' is none."),
    ],
)  # fmt: skip
def test_other_files_and_malformed_statements(file: Writer, text: str, problem: str) -> None:
    path = file("")
    path.write_text(text)
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == f"{path}{problem}".replace("{folder}", str(path.parent))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        read(tmp_path / "no.ode")
    assert str(caught.value) == f"{tmp_path}/no.ode cannot be read: No such file or directory."


def test_all_that_rates_cannot_compute_is_named_at_once(file: Writer) -> None:
    path = file(
        """\
        x(t+1)=a*x
        y(t)=int{exp(-t)#y}
        0=z-1
        solve z=1
        markov m 2
        {0} {1}
        {1} {0}
        export {x} {y}
        w'=1
        @ meth=discrete
        done
        """
    )
    with pytest.raises(UnsupportedFeatureError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} says what rates cannot compute:\n"
        f"  {path}:5: markov m 2: rates has no Markov process; 'm' jumps at random times.\n"
        f"  {path}:10: method=discrete: The equations are a map from step to step; rates has differential equations.\n"
        f"  {path}:1: x(t+1)=a*x: It is a map from step to step; rates has differential equations.\n"
        f"  {path}:2: y(t)=int{{exp(-t)#y}}: It is a Volterra integral equation; rates has differential equations.\n"
        f"  {path}:3: 0=z-1: It is an algebraic condition that is solved at each step; rates has explicit equations.\n"
        f"  {path}:4: solve z=1: It is solved for at each step; rates has explicit equations.\n"
        f"  {path}:8: export {{x}} {{y}}: A library in another language computes values."
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "x'=a\na=b\nb=x\n",
            "{path}:2: fixed variable 'a': It names 'b', which is computed after it, so XPPAUT takes what that was "
            "when it was last computed. Put its line below that of 'b'.",
        ),
        (
            "x'=b\n!b=2*x\n",
            "{path}:2: derived 'b': It depends on 'x'. It may depend on parameters, and on derived ones that stand "
            "above.",
        ),
        ("x'=1\nx(0)=x\n", "{path}:2: start 'x': It depends on 'x'. A start depends on t and parameters alone."),
        (
            "x'=1\nglobal 0 x {x=1}\n",
            "{path} says what rates cannot compute:\n  {path}:2: global 0 x {x=1}: The event happens where its "
            "condition is exactly 0; rates has conditions that become true.",
        ),
        (
            "x'=shift(x,flr(x))\n",
            "'floor(x)' says which variable is meant, or how many terms a sum has, and is not known before a run.",
        ),
        ("x'=k(0)\nspecial k=gill(0,x)\n", "{path}:2: special 'k': rates computes conv, fconv, sparse, fsparse, mmult, "
         "fmmult, not 'gill'."),
        (
            "table w % 3 -1 1 1\nspecial k=conv(0,1,1,w,x)\nq=k(0)\nx'=q\n",
            "{path}:2: special 'k': A fixed variable names it, and is computed before it, so XPPAUT takes what it was "
            "when it was last computed. Name it in equations x'=... alone.",
        ),
        ("x'=ran(1)\n", "{path}:1, state 'x': rates cannot compute 'ran': a new random number at each evaluation; "
         "write 'wiener' for noise. In 'ran(1)'."),
    ],
)  # fmt: skip
def test_what_has_another_meaning_is_refused(file: Writer, text: str, problem: str) -> None:
    path = file(text)
    with pytest.raises(UnsupportedFeatureError) as caught:
        read(path)
    assert str(caught.value) == problem.replace("{path}", str(path))


def test_unknown_functions_name_the_closest(file: Writer) -> None:
    path = file("minf(v)=tanh(v)\nv'=mimf(v)\n")
    with pytest.raises(EquationError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}:2, state 'v': The file has no function 'mimf'. Did you mean 'minf'? In 'mimf(v)'."
    )
