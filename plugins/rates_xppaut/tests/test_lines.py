"""Lines as XPPAUT sees them: continued, written out, ended by `done`."""

from __future__ import annotations

import pytest
from rates_core.errors import ModelFileError
from rates_xppaut.lines import statements


def lines(text: str) -> list[str]:
    return [line.text for line in statements(text, "m.ode")]


def test_lines_go_on_behind_a_backslash_and_end_at_done() -> None:
    assert lines("x'=-x\\\n  +1\n\n# a comment\n d\ny'=2\n") == ["x'=-x  +1", "# a comment"]
    assert lines("dx/dt=1\ndelta=2\ndone now\nz'=1") == ["dx/dt=1", "delta=2"]


def test_arrays_are_written_out() -> None:
    assert lines("x[1..3]'=-x[j]+[j]*x[j-1]+y[j*2]+x[7]") == [
        "x1'=-x1+1*x0+y2+x7",
        "x2'=-x2+2*x1+y4+x7",
        "x3'=-x3+3*x2+y6+x7",
    ]
    assert lines("init u[3..2]=1,v[j+1]=2") == ["init u3=1,v4=2", "init u2=1,v3=2"]
    assert lines("u=int[.5]{exp(-t)#f}") == ["u=int[.5]{exp(-t)#f}"]


def test_blocks_are_written_out_number_by_number() -> None:
    assert lines("%[1..2]\n# both\nx[j]'=y[j]\ny[j]'=-x[j]\n%\nz'=1") == [
        "# both", "x1'=y1", "y1'=-x1", "# both", "x2'=y2", "y2'=-x2", "z'=1",
    ]  # fmt: skip


def test_places_are_those_of_the_file() -> None:
    found = list(statements("# a\n\nx[1..2]'=\\\n 1\n", "m.ode"))
    assert [(line.where, line.array) for line in found] == [("m.ode:1", False), ("m.ode:3", True), ("m.ode:3", True)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x[0..2]'=[j", "m.ode:1: A bracket '[' is not closed. In 'x[j]'=[j'."),
        ("x'=[j]", "m.ode:1: '[j]' stands outside of an array or block, so j is no number. In 'x'=[j]'."),
        ("x[1..2]'=y[k]", "m.ode:1: '[k]' is no number and no [j], [j+1], [j-1] or [j*2]. In 'x[j]'=y[k]'."),
        ("%[1..2]\nx'=1", "m.ode:1: The block is not closed by a line that begins with '%'. In '%[1..2]'."),
        (
            "x[1..2]'=y[3..4]",
            "m.ode:1: One range, as in [1..5], says what the counter j runs through. In 'x[1..2]'=y[3..4]'.",
        ),
        ("x[1..99999]'=1", "m.ode:1: The range stands for more than 10000 lines. In 'x[1..99999]'=1'."),
    ],
)
def test_malformed_arrays_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        lines(text)
    assert str(caught.value) == problem
