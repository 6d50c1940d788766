"""Texts that were right, changed until they may be anything: tokens swapped, lost, doubled, nested and foreign."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

TOKENS = re.compile(r"\s+|\w+|\*\*|[^\w\s]")

FOREIGN = (
    *("__import__('os').system('true')", "__class__", ".__class__", "().__class__.__mro__[1].__subclasses__()"),
    *("lambda: 0", "lambda x: x", "(x := 1)", ":=", "[x for x in y]", "(x for x in y)", "{x: y}", "{**x}", "*x", "**x"),
    *(
        "f'{x}'",
        "f'{__import__(\"os\")}'",
        '"text"',
        "'''",
        "b'x'",
        "x[0]",
        "x.y",
        "x;y",
        "x\\\ny",
        "#",
        "@",
        "`x`",
        "$",
    ),
    *(
        "eval(x)",
        "exec('x')",
        "open('x', 'w')",
        "getattr(x, y)",
        "print",
        "None",
        "True",
        "...",
        "await x",
        "yield",
        "is",
    ),
    *(
        "9**9**9**9",
        "9^9^9^9",
        "1e400",
        "1e-400",
        "9" * 50,
        "1" * 400,
        "0x10",
        "1_000",
        "1.2.3",
        "1e",
        "1e5000",
        "10^400",
    ),
    *("2j^2j", ".5j", "nan", "inf", "-inf", "1/0", "0/0", "0^-1", "(-1)^0.5", "mod(1, 0)", "fmod(1, 0)", "exp(1e9)"),
    *(
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u200b",
        "\u202e",
        "\u2028",
        "\ufeff",
        "\ud800",
        "\udfff",
        "\U0010ffff",
        "\u0301",
    ),
    *("х", "ｘ", "𝐱", "²", "½", "१", "√", "−", "×", "≤", "’", "“", "；", "（", "）", "α", "İ", "ß", "ﬁ", "\u0378"),
    *("x" * 201, "α" * 300, "_", "__", "x'", "x''", "d/dt", "d/dt*", "dx/dt", "'", "''", "+=", "==", "=", "!="),
    *(
        "(",
        ")",
        "((",
        "))",
        "[",
        "]",
        "{",
        "}",
        ",",
        ",,",
        "()",
        "(,)",
        "if",
        "else",
        "and",
        "or",
        "not",
        "in",
        "not not",
    ),
    *(
        "x(t)",
        "x(t - 1)",
        "x(t + 1)",
        "x(t - t)",
        "x(t - x)",
        "past(x)",
        "past(x, -1)",
        "past(past(x, 1), 1)",
        "t(t - 1)",
    ),
    *(
        "Piecewise()",
        "Piecewise((1, x))",
        "Piecewise((1, x), (2, True))",
        "Piecewise(1)",
        "where(1)",
        "max()",
        "max(1)",
    ),
    *(
        "index(x)",
        "index(x, 1e9)",
        "randn()",
        "randn(1)",
        "randn",
        "sin",
        "sin()",
        "sin(1, 2)",
        "E",
        "I",
        "pi",
        "Derivative(x, t)",
    ),
)
RANGES = (
    (0, 0x7F),
    (0x80, 0x24F),
    (0x300, 0x3FF),
    (0x2000, 0x22FF),
    (0xD800, 0xDFFF),
    (0xFE00, 0xFFFF),
    (0x10000, 0x10FFFF),
)


def mutated(text: str, others: Sequence[str], random: Random, foreign: Sequence[str] = FOREIGN) -> str:
    """Return a text that was changed between one and four times."""
    for _ in range(random.choice((1, 1, 1, 1, 2, 2, 3, 4))):
        change = random.choice(CHANGES)
        text = change(text, foreign if change is invaded else others, random)[:60_000]
    return text


def _count(random: Random, *ordinary: int, rarely: int) -> int:
    return random.choice(ordinary) if random.random() < 0.995 else rarely


def _split(text: str) -> list[str]:
    return TOKENS.findall(text[:4000]) or [""]


def swapped(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text of which two tokens have changed places."""
    tokens = _split(text)
    one, other = random.randrange(len(tokens)), random.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return "".join(tokens)


def shortened(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text that lacks some tokens."""
    tokens = _split(text)
    first = random.randrange(len(tokens))
    return "".join(tokens[:first] + tokens[first + random.choice((1, 1, 2, 5)) :])


def doubled(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text in which some tokens stand twice, or very often."""
    tokens = _split(text)
    first = random.randrange(len(tokens))
    piece = tokens[first : first + random.choice((1, 1, 2, 5, 20))]
    return "".join(tokens[:first] + piece * _count(random, 1, 1, 2, rarely=500) + tokens[first:])


def invaded(text: str, foreign: Sequence[str], random: Random) -> str:
    """Return a text into which, or in place of some of which, something foreign was put."""
    tokens = _split(text)
    first = random.randrange(len(tokens) + 1)
    space = random.choice(("", " "))
    return "".join([*tokens[:first], space, random.choice(foreign), space, *tokens[first + random.choice((0, 1, 3)) :]])


def nested(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text of which a part stands in brackets, signs or calls, perhaps very many."""
    tokens = _split(text)
    first = random.randrange(len(tokens))
    last = random.randint(first, len(tokens))
    opened, closed = random.choice(
        (("(", ")"), ("sin(", ")"), ("-", ""), ("not ", ""), ("max(1, ", ")"), ("[", "]"), ("(1, ", ")"))
    )
    count = _count(random, 1, 1, 1, 2, 2, 3, 5, 30, 61, rarely=6000)
    return "".join([*tokens[:first], opened * count, *tokens[first:last], closed * count, *tokens[last:]])


def chained(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text that is repeated with an operator between."""
    operator = random.choice(("+", "-", "*", "/", "^", "**", " and ", " or ", "<", "==", ",", " if x else ", "\n", " "))
    return operator.join([text] * _count(random, 2, 2, 2, 3, 10, rarely=300))


def spliced(text: str, others: Sequence[str], random: Random) -> str:
    """Return the beginning of one text and the end of another."""
    one, other = _split(text), _split(random.choice(others))
    return "".join(one[: random.randrange(len(one) + 1)] + other[random.randrange(len(other) + 1) :])


def misspelled(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text in which some characters are others."""
    place = random.randrange(len(text) + 1)
    character = chr(random.randint(*random.choice(RANGES)))
    return text[:place] + character * random.choice((1, 1, 2, 40)) + text[place + random.choice((0, 1)) :]


def exchanged(text: str, others: Sequence[str], random: Random) -> str:
    """Return a text of which a name, number or operator is another one of its kind."""
    tokens = _split(text)
    place = random.randrange(len(tokens))
    kinds = [str.isidentifier, lambda token: token[:1].isdigit(), lambda token: token in "+-*/^%<>,"]
    for kind in kinds:
        if kind(tokens[place]):
            alike = [token for token in (*tokens, *_split(random.choice(others))) if kind(token)]
            tokens[place] = random.choice(alike)
    return "".join(tokens)


CHANGES: tuple[Callable[[str, Sequence[str], Random], str], ...] = (
    exchanged, exchanged, exchanged, exchanged, swapped, shortened, doubled, invaded, invaded, nested, chained,
    spliced, misspelled,
)  # fmt: skip
