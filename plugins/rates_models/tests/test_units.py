"""The units that operators state agree with their equations, prefixes included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import rates_models
import yaml
from attrs import frozen
from rates_core.yaml.reader import load

LIBRARY = Path(rates_models.__file__).parent
BASE = {  # scale, and exponents of volt, ampere, second and metre
    "V": (1.0, (1, 0, 0, 0)),
    "A": (1.0, (0, 1, 0, 0)),
    "S": (1.0, (-1, 1, 0, 0)),
    "F": (1.0, (-1, 1, 1, 0)),
    "s": (1.0, (0, 0, 1, 0)),
    "day": (86400.0, (0, 0, 1, 0)),
    "cm": (1e-2, (0, 0, 0, 1)),
    "1": (1.0, (0, 0, 0, 0)),
}
PREFIXES = {"": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12}
UNITS = {p + u: (scale * PREFIXES[p], e) for p in PREFIXES for u, (scale, e) in BASE.items() if not (p and u == "1")}
EMPIRICAL = "hodgkin_huxley.hh_op"  # the constants in its rates have units that the source does not write


@frozen
class Dimension:
    """A scale, and exponents of volt, ampere, second and metre; `anything` agrees with all."""

    scale: float = 1.0
    exponents: tuple[float, ...] = (0, 0, 0, 0)
    anything: bool = False

    def times(self, other: Dimension, sign: int = 1) -> Dimension:
        exponents = tuple(a + sign * b for a, b in zip(self.exponents, other.exponents, strict=True))
        return Dimension(self.scale * other.scale**sign, exponents, self.anything or other.anything)

    def to_the(self, power: float) -> Dimension:
        return Dimension(self.scale**power, tuple(power * e for e in self.exponents), self.anything)

    def agrees(self, other: Dimension) -> bool:
        same = self.exponents == other.exponents and abs(self.scale / other.scale - 1) < 1e-9
        return self.anything or other.anything or same


NUMBER = Dimension()


def parsed(unit: str) -> Dimension:
    """Return the dimension of a unit as `nS/mV` or `mS/cm^2`."""
    found = NUMBER
    for sign, part in zip((1, -1), unit.split("/"), strict=False):
        name, _, power = part.partition("^")
        found = found.times(Dimension(*UNITS[name]).to_the(float(power or 1)), sign)
    return found


def stated(description: str) -> dict[str, str]:
    """Return the unit of each variable that a description gives one."""
    line = re.search(r"^Units: (.+)\.$", description, re.MULTILINE)
    return dict(item.split(" ") for item in line[1].split(", ")) if line else {}


def of(node: ast.expr, names: dict[str, Dimension], literal: Dimension) -> Dimension:
    """Return the dimension of an expression; an `AssertionError` names what does not fit together."""
    match node:
        case ast.Constant():
            return literal
        case ast.Name(id=name):
            return names.get(name, NUMBER)
        case ast.UnaryOp(operand=operand):
            return of(operand, names, literal)
        case ast.Call(args=arguments):
            for argument in arguments:
                assert of(argument, names, literal).agrees(NUMBER), f"a function of {ast.unparse(argument)}"
            return NUMBER
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=power)):
            return of(left, names, literal).to_the(power)
        case ast.BinOp(left=left, op=op, right=right):
            first, second = of(left, names, literal), of(right, names, literal)
            if isinstance(op, ast.Mult | ast.Div):
                return first.times(second, 1 if isinstance(op, ast.Mult) else -1)
            if not isinstance(op, ast.Pow):
                assert first.agrees(second), f"{ast.unparse(left)} and {ast.unparse(right)}"
                return second if first.anything else first
    assert of(node.right, names, literal).agrees(NUMBER), ast.unparse(node)  # type: ignore[attr-defined]
    assert first.agrees(NUMBER), ast.unparse(node)
    return NUMBER


def check(equations: Iterable[str], names: dict[str, Dimension], literal: Dimension, time: Dimension) -> None:
    for equation in equations:
        left, _, right = (part.strip() for part in equation.replace("^", "**").partition("="))
        right = re.sub(r"(\w+)\(t - (\w+)\)", r"\1", right)  # what it was has the unit of what it is
        whole = names.get(left.rstrip("'"), NUMBER)
        wanted = whole.times(time, -1) if left.endswith("'") else whole
        assert of(ast.parse(right, mode="eval").body, names, literal).agrees(wanted), equation


def operators() -> list[str]:
    found = []
    for file in sorted(LIBRARY.rglob("*.yaml")):
        parts = file.relative_to(LIBRARY).with_suffix("").parts
        texts = yaml.safe_load(file.read_text(encoding="utf-8"))
        found += [".".join((*parts, n)) for n, body in texts.items() if "Units:" in body.get("description", "")]
    return found


@pytest.mark.parametrize("name", operators())
def test_the_stated_units_fit_the_equations(name: str) -> None:
    operator = load(name)
    units = stated(operator.description)
    assert units.keys() <= operator.variables.keys()
    names = {variable: parsed(unit) for variable, unit in units.items()}
    literal = Dimension(anything=True) if name.endswith(EMPIRICAL) else NUMBER
    (time,) = {
        re.sub(r".*/", "", unit) for unit in units.values() if unit.endswith(("s", "day")) and "S" not in unit
    } - {""}
    check(map(str, operator.equations), names, literal, parsed(time))


@pytest.mark.parametrize(
    ("equation", "wrong"),
    [
        ("v' = (I - g*v)/C", {"C": "nF"}),  # a prefix
        ("v' = (I - g*v)/C", {"g": "pA"}),  # a kind
        ("v' = (I - g)/C", {}),  # a sum
        ("v' = exp(v)*I/C", {}),  # a function
    ],
)
def test_units_that_do_not_fit_are_found(equation: str, wrong: dict[str, str]) -> None:
    right = {"v": "mV", "I": "pA", "g": "nS", "C": "pF"}
    check(["v' = (I - g*v)/C"], {name: parsed(unit) for name, unit in right.items()}, NUMBER, parsed("ms"))
    with pytest.raises(AssertionError):
        check([equation], {name: parsed(unit) for name, unit in {**right, **wrong}.items()}, NUMBER, parsed("ms"))


def test_models_that_are_published_with_units_state_them() -> None:
    named = {name.rpartition(".")[2] for name in operators()}
    assert named >= {
        *("rpo_e", "rpo_i", "rpo_e_in", "pro", "jrc_op"),
        *("ik_eta_op", "ik_theta_op", "rate_op", "tsodyks_op", "depression_op", "facilitation_op"),
        *("hh_op", "mg_op", "sir_op", "seir_op"),
    }
