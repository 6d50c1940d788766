"""The order in which tokens may follow each other, and their spelling for Python's parser."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import define, frozen

from rates_core.expressions.source import Source
from rates_core.expressions.tokens import Token

MAX_BRACKETS = 60

_WORDS = frozenset({"and", "or", "if", "else"})
_BEFORE_NOT = frozenset({"(", ",", "and", "or", "not", "if", "else"})


@frozen
class Spelling:
    """Tokens as Python text in which numbers and names are `v0`, `v1`, ...: the numbers of their tokens.

    Model text thus never reaches Python's parser: no keyword, string or attribute can be in it.
    """

    text: str
    starts: Sequence[int]


def spell(tokens: Sequence[Token], operands: Collection[int]) -> Spelling:
    """Return the Python spelling of tokens of which those in `operands` are numbers and names."""
    pieces = [_python(token, index, operands) for index, token in enumerate(tokens)]
    starts, position = [], 0
    for piece in pieces:
        starts.append(position)
        position += len(piece) + 1
    return Spelling(" ".join(pieces), starts)


def _python(token: Token, index: int, operands: Collection[int]) -> str:
    if index in operands:
        return f"v{index}"
    return "**" if token.text == "^" else token.text


def check(source: Source, tokens: Sequence[Token], declared: Collection[str]) -> set[int]:
    """Check that values and operators alternate and brackets match; return which tokens are values.

    The words `and or if else` are names where a value is due and a variable of that name is declared.

    Raises:
        EquationError: a value, operator or bracket is missing.
    """
    checker = _Checker(source, tokens, declared)
    for index, token in enumerate(tokens):
        if checker.value_is_due:
            checker.read_value(index, token)
        else:
            checker.read_operator(index, token)
    checker.finish()
    return checker.operands


@define
class _Bracket:
    """An open bracket, or the whole text, and the `if` in it that waits for its `else`."""

    token: Token | None
    condition: Token | None = None


class _Checker:
    """Reads tokens from left to right and knows whether a value or an operator is due, and what is open."""

    def __init__(self, source: Source, tokens: Sequence[Token], declared: Collection[str]) -> None:
        self.source = source
        self.tokens = tokens
        self.declared = declared
        self.operands: set[int] = set()
        self.value_is_due = True
        self.open = [_Bracket(None)]

    def read_value(self, index: int, token: Token) -> None:
        """Accept a number, a name, a sign, `not`, an opening bracket, or the end of an empty call."""
        if token.text == "not":
            self._check_not(index, token)
        elif token.kind == "number" or (
            token.kind == "name" and (token.text not in _WORDS or token.text in self.declared)
        ):
            self.operands.add(index)
            self.value_is_due = False
        elif token.text == "(":
            self._open(token)
        elif token.text == ")" and self._is_empty_call(index):
            self._close(token)
        elif token.text not in ("+", "-"):
            raise self.source.error(f"A value is missing before '{token.text}'", token.start, token.end)

    def read_operator(self, index: int, token: Token) -> None:
        """Accept an operator, a comma, a closing bracket, or the opening bracket of a call."""
        if token.text == ")":
            self._close(token)
        elif token.text == "(":
            if index - 1 not in self.operands or self.tokens[index - 1].kind == "number":
                raise self._operator_missing(index, token)
            self._open(token)
            self.value_is_due = True
        elif token.kind == "operator" or token.text in _WORDS:
            self._read_separator(token)
            self.value_is_due = True
        else:
            raise self._operator_missing(index, token)

    def _read_separator(self, token: Token) -> None:
        bracket = self.open[-1]
        if token.text == "if":
            if bracket.condition is not None:
                problem = "'if' stands between another 'if' and its 'else'"
                raise self.source.error(problem, token.start, token.end, "Put the inner condition in brackets.")
            bracket.condition = token
        elif token.text == "else":
            if bracket.condition is None:
                raise self.source.error("'else' without 'if'", token.start, token.end, "Write a if condition else b.")
            bracket.condition = None
        elif token.text == ",":
            self._check_condition(bracket)
            if bracket.token is None:
                raise self.source.error("A comma outside brackets", token.start, token.end)

    def finish(self) -> None:
        """Check that nothing is left open."""
        end = len(self.source.text)
        if self.value_is_due:
            after = f" after '{self.tokens[-1].text}'" if self.tokens else ""
            raise self.source.error(f"A value is missing{after}", end, end + 1)
        bracket = self.open[-1]
        self._check_condition(bracket)
        if bracket.token is not None:
            raise self.source.error("A bracket is never closed", bracket.token.start, bracket.token.end)

    def _open(self, token: Token) -> None:
        if len(self.open) > MAX_BRACKETS:
            problem = f"More than {MAX_BRACKETS} brackets are open"
            raise self.source.error(problem, token.start, token.end, "Split the expression into several equations.")
        self.open.append(_Bracket(token))

    def _close(self, token: Token) -> None:
        bracket = self.open.pop()
        if bracket.token is None:
            raise self.source.error("A bracket is closed that was never opened", token.start, token.end)
        self._check_condition(bracket)
        self.value_is_due = False

    def _check_condition(self, bracket: _Bracket) -> None:
        token = bracket.condition
        if token is not None:
            raise self.source.error("'if' without 'else'", token.start, token.end, "Write a if condition else b.")

    def _check_not(self, index: int, token: Token) -> None:
        before = self.tokens[index - 1].text if index else "("
        if before not in _BEFORE_NOT:
            raise self.source.error(
                f"'not' cannot follow '{before}'", token.start, token.end, "Put 'not ...' in brackets."
            )

    def _is_empty_call(self, index: int) -> bool:
        return index >= 2 and self.tokens[index - 1].text == "(" and index - 2 in self.operands

    def _operator_missing(self, index: int, token: Token) -> Exception:
        before = self.tokens[index - 1]
        problem = f"An operator is missing between '{before.text}' and '{token.text}'"
        return self.source.error(problem, before.start, token.end, "Write a product with '*'.")
