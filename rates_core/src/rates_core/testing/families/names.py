"""Names: variables, operators and units that are called like words of some language, or of generated code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.testing.case import Case
from rates_core.testing.parts import circuit, node, operator, single
from rates_core.testing.scenario import Scenario, derive, follow
from rates_core.testing.subject import Subject

WORDS: Mapping[str, str] = {
    "words of Python": "lambda class def for while return import global yield None True with del pass from match self",
    "words of C and Fortran": "int float double struct long do end data real type stop subroutine program",
    "words of Julia and MATLAB": "function begin end module using let quote local classdef otherwise parfor persistent",
    "symbols of mathematics": "I E N S Q O C pi e i j gamma beta zeta lambda Lambda alpha",
    "names in generated code": "y t0 y0 h k n np math dy dydt out args state params states row rows step steps",
    "words of our contracts": "history inputs draws reads carry loop rhs observe derivative slots pack unpack samples",
    "functions of the language": "sin exp max min mean abs sum past index randn where mod log sign real imag",
    "each other but for the case": "a A tau Tau TAU x_y X_Y x1 X1",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield each group of words in one role; in every one it is exhaustive."""
    roles: Mapping[str, Callable[[Sequence[str]], CircuitTemplate]] = {
        "states": _states,
        "parameters": _parameters,
        "computed variables": _computed,
        "inputs": _inputs,
    }
    for row, (group, text) in enumerate(WORDS.items()):
        own = (row + row // len(roles)) % len(roles)
        for column, (role, make) in enumerate(roles.items()):
            sentence = f"{role} may be called like {group}"
            yield _case(sentence, partial(make, text.split()), ["p/op/v"], exhaustive=column != own)
    yield _case("nodes and operators may be called like words of a language", _places, ["all/lambda/v"])
    yield _case(
        "variables of one name in different operators and nodes stay apart", _same, ["all/first/v", "all/second/v"]
    )
    yield _case("nodes may have names that are no identifiers", _labels, ["all/op/v"])


def _case(sentence: str, make: Callable[[], CircuitTemplate], outputs: Sequence[str], exhaustive: bool = False) -> Case:
    scenario = Scenario(key=sentence, circuit=make, outputs=outputs, steps=4)
    return Case("names", sentence, partial(_check, scenario), needs=Requirements(), exhaustive=exhaustive)


def _check(scenario: Scenario, subject: Subject) -> None:
    derive(scenario, subject)
    follow(scenario, "euler", subject)


def _states(words: Sequence[str]) -> CircuitTemplate:
    """Return states of which each leads to the one before it."""
    chain = zip(words, [words[-1], *words], strict=False)
    equations = [f"{word}' = {other} - 2*{word} + 0.1*sin(v)" for word, other in chain]
    states = {word: f"variable({0.1 * number - 0.3:.1f})" for number, word in enumerate(words)}
    return single([*equations, f"v' = {words[0]} - v"], v="output(0.2)", **states)


def _parameters(words: Sequence[str]) -> CircuitTemplate:
    total = " + ".join(f"{number + 1}*{word}" for number, word in enumerate(words))
    values = {word: 0.1 * number - 0.3 for number, word in enumerate(words)}
    return single(f"v' = cos({total}) - ({words[0]} - 2)*v", v="output(0.2)", **values)


def _computed(words: Sequence[str]) -> CircuitTemplate:
    chain = zip(words, ["v", *words], strict=False)
    equations = [f"{word} = 0.7*{other} + cos({other} + v)" for word, other in chain]
    return single([*equations, f"v' = {words[-1]} - v"], v="output(0.2)", **dict.fromkeys(words, "variable(0.0)"))


def _inputs(words: Sequence[str]) -> CircuitTemplate:
    total = " + ".join(f"{number + 1}*{word}" for number, word in enumerate(words))
    values = {word: f"input({0.1 * number - 0.3:.1f})" for number, word in enumerate(words)}
    edges = [("p/op/v", f"p/op/{words[0]}", None, {"weight": 0.3})]
    return circuit(nodes={"p": node(f"v' = cos({total}) - v", v="output(0.2)", **values)}, edges=edges)


def _places() -> CircuitTemplate:
    unit = NodeTemplate("end", [operator("v' = u - v", "lambda", v="output(0.3)", u="input(0.1)")])
    labels = ["class", "end", "y", "np", "function", "t0"]
    edges = [(f"{a}/lambda/v", f"{b}/lambda/u", None, {"weight": 0.5}) for a, b in pairwise(labels)]
    return circuit(nodes=dict.fromkeys(labels, unit), edges=edges)


def _same() -> CircuitTemplate:
    parts = [
        operator("v' = k*v", "first", v="variable(0.3)", k=-1.0),
        operator("v' = k*v + 1", "second", v="variable(0.7)", k=-2.0),
    ]
    nodes = {name: NodeTemplate("node", parts) for name in ("p", "q")}
    return circuit(nodes=nodes)


def _labels() -> CircuitTemplate:
    unit = node("v' = u - v", v="output(0.3)", u="input(0.1)")
    labels = ["1st", "layer-2", "L5 pyramidal", "a.b", "größe"]
    edges = [(f"{a}/op/v", f"{b}/op/u", None, {"weight": 0.5}) for a, b in pairwise(labels)]
    return circuit(nodes=dict.fromkeys(labels, unit), edges=edges)
