"""LaTeX documents: brackets and environments close, nothing of a model is taken for a command, equations read back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rates_core.reports.symbol import symbols_of
from rates_core.reports.tex import TeX

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

#: All that the packages of the preamble define and reports use.
COMMANDS = re.compile(
    "documentclass|usepackage|sloppy|begin|end|(sub){0,2}section|texttt|textbullet|noindent|allowbreak|ensuremath|item|href"
    "|textbackslash|textasciicircum|textasciitilde|hline|endhead|linewidth|dot|frac|sqrt|overline|left|right|operatorname"
    "|text|mathrm|mathtt|cdot|times|wedge|vee|neg|leq|geq|neq|pi|alpha|tau|theta|lambda|dots"
)


def check(text: str) -> None:
    """Check what TeX would stumble over."""
    plain = re.sub(r"\\\\", " ", text)
    plain = re.sub(r"(?m)(?<!\\)%.*$", "", plain)
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", plain):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", plain):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    assert len(re.findall(r"(?<!\\)\$", plain)) % 2 == 0
    assert all(COMMANDS.fullmatch(command) for command in re.findall(r"\\([A-Za-z]+)", plain))
    assert not re.search(r"(?<!\\)#", plain)
    for paragraph in plain.split("\n\n"):
        if not re.search(r"\\begin\{(align\*|longtable)\}", paragraph):
            assert not re.search(r"(?<!\\)[&_^]", re.sub(r"\\href\{[^}]*\}|(?<!\\)\$.*?(?<!\\)\$", "", paragraph)), (
                paragraph
            )


def equations(text: str) -> list[str]:
    """Return the rows of all blocks of equations."""
    blocks = re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", text, re.DOTALL)
    return [row for block in blocks for row in block.split(" \\\\\n")]


def test_a_report_is_a_whole_document(circuit: CircuitTemplate) -> None:
    text = circuit.report("latex")
    check(text)
    assert text.startswith("\\documentclass{article}\n")
    assert text.endswith("\\end{document}\n")
    for part in (
        r"\section*{\texttt{web} (circuit)}",
        r"\subsubsection*{\texttt{decay\_op} [1, 2]}",
        r"Decay\_of x \& its 50 \% | <square>.",
        r"\dot{x} &= \frac{- x}{\tau_{x}} + \sqrt{\left| u \right|} \, \left[ x_{\mathrm{in}} > 0 \right] \\",
        r"When $x > 9$: $x = \frac{x}{2}$, a pulse of integral 1 in $m$ \texttt{m}.",
        r"$\tau_{x}$ \texttt{tau\_x} & $2.0$ in \texttt{p}, \texttt{c/\allowbreak{}a}, \texttt{c/\allowbreak{}b}; "
        r"$1.0$, $2.0$, $4.0$ in \texttt{many} (3 units) & ms & parameter \\",
        r"& $10^{-9}$ &",
        r"\item[{[1]}] Maker A (1999). On decay. \href{https://doi.org/10.1000/a_b(1)}{doi:10.1000/a\_b(1)}",
        r"\item[{[2]}] Also Other B (2001). isbn:9780262041997",
    ):
        assert part in text


def test_the_equations_of_a_document_read_back_to_the_same_trees(circuit: CircuitTemplate, read_tex) -> None:
    (operator, _) = circuit.nodes["p"].operators[0]
    written = {TeX().symbol(symbol): name for name, symbol in symbols_of(operator.variables).items()}
    rows = equations(operator.report("latex"))
    assert [row.split(" &= ")[0] for row in rows] == [r"\dot{x}", "m"]
    for row, equation in zip(rows, operator.parsed, strict=True):
        assert read_tex(row.split(" &= ")[1], written) == equation.expression


hostile = st.text(st.sampled_from("ab_^&%$#{}~\\<>|[]\"'`-λ…×é 1"), max_size=30)
names = st.text(st.sampled_from("ab_^&%$#{}~\\<|\"'`-λé1"), min_size=1, max_size=12)


@given(names, hostile, hostile, st.lists(st.sampled_from(["x", "_x", "x_1", "größe", "λ", "tau", "tau0", "tau_0"])))
def test_no_name_and_no_description_breaks_a_document(
    name: str, description: str, source: str, variables: list[str]
) -> None:
    text = f"{description}\nUnits: x {source or '-'}.\nReference: {source} doi:10.1234/{name}"
    operator = OperatorTemplate(name, "x' = x", dict.fromkeys(["x", *variables], "variable"), description=text)
    node = NodeTemplate(name, [operator])
    edges = [(f"{name}/{name}/x", f"{name}/{name}/x", None, {"weight": -1e-20})]
    check(CircuitTemplate(name, nodes={name: node}, edges=edges).report("latex"))


@pytest.mark.parametrize("format", ["latex", "markdown"])
def test_columns_without_content_are_left_out(format: str) -> None:
    text = OperatorTemplate("o", "x' = 1", {"x": "output"}).report(format)
    assert "unit" not in text
    assert "References" not in text
