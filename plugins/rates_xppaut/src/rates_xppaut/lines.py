"""Lines of a file as XPPAUT sees them: joined where they are continued, written out where they are arrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import evolve, frozen
from rates_core.errors import ModelFileError

LONGEST_ARRAY = 10_000  # lines that one may stand for
_RANGE = re.compile(r"\[\s*([+-]?\d+)\s*\.\.\s*([+-]?\d+)\s*\]")
_SUBSCRIPT = re.compile(r"(?<!int)\[([^\[\]]*)\]")
_OF_COUNTER = re.compile(r"j\s*(?:([+*-])\s*(\d+))?")
_DONE = re.compile(r"d[^\s=/'(]*(?:\s+[^\s=].*)?", re.IGNORECASE)


@frozen
class Line:
    """One statement of a file.

    Attributes:
        text: without what is around it.
        number: of the line where it begins, from 1.
        file: for messages.
        array: it is one of those that an array stands for.
    """

    text: str
    number: int
    file: str
    array: bool = False

    @property
    def where(self) -> str:
        """Return the place, for messages."""
        return f"{self.file}:{self.number}"

    def error(self, problem: str) -> ModelFileError:
        """Return an error about this line."""
        shown = self.text if len(self.text) <= 200 else f"{self.text[:197]}..."
        return ModelFileError(f"{self.where}: {problem} In '{shown}'.")

    def with_text(self, text: str) -> Line:
        """Return a line of another text at the same place."""
        return evolve(self, text=text)


def statements(text: str, file: str) -> Iterator[Line]:
    """Yield what a file says up to `done`, arrays and blocks written out.

    Raises:
        ModelFileError: an array is malformed, or a block is not closed.
    """
    lines = iter(_until_done(_joined(text, file)))
    for line in lines:
        if is_verbatim(line.text):
            yield line
        elif line.text.startswith("%"):
            yield from _block(line, lines)
        else:
            yield from _array(line)


def is_verbatim(text: str) -> bool:
    """Tell whether a line is a comment or sets options, in which brackets mean nothing."""
    return text.startswith(("#", '"', "@"))


def _joined(text: str, file: str) -> Iterator[Line]:
    """Yield lines that are not empty; one with a backslash goes on in the next."""
    begun, number = "", 0
    for place, physical in enumerate(text.splitlines(), 1):
        part, continued, _ = physical.partition("\\")
        number = number or place
        begun += part
        if continued:
            continue
        if begun.strip():
            yield Line(begun.strip(), number, file)
        begun, number = "", 0
    if begun.strip():
        yield Line(begun.strip(), number, file)


def _until_done(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        if _DONE.fullmatch(line.text):
            return
        yield line


def _block(opening: Line, lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines up to `%`, all of them for each number in turn."""
    inside: list[Line] = []
    for line in lines:
        if line.text.startswith("%"):
            break
        inside.append(line)
    else:
        raise opening.error("The block is not closed by a line that begins with '%'.")
    for number in _numbers(opening, 1):
        for line in inside:
            yield line if is_verbatim(line.text) else line.with_text(_written_out(line, number))


def _array(line: Line) -> Iterator[Line]:
    if _RANGE.search(line.text) is None:
        yield line.with_text(_written_out(line, None))
        return
    numbers = _numbers(line, 1)
    single = line.with_text(_RANGE.sub("[j]", line.text))
    for number in numbers:
        yield evolve(line, text=_written_out(single, number), array=True)


def _numbers(line: Line, most: int) -> range:
    """Return what the counter `j` runs through."""
    found = _RANGE.findall(line.text)
    if not found or len(found) > most:
        raise line.error("One range, as in [1..5], says what the counter j runs through.")
    first, last = map(int, found[0])
    step = 1 if last >= first else -1
    numbers = range(first, last + step, step)
    if len(numbers) > LONGEST_ARRAY:
        raise line.error(f"The range stands for more than {LONGEST_ARRAY} lines.")
    return numbers


def _written_out(line: Line, counter: int | None) -> str:
    """Return the text with numbers for `[j]`, `[j+1]`, `[j-1]`, `[j*2]` and `[5]`."""

    def number(match: re.Match[str]) -> str:
        inside = match[1].strip()
        if re.fullmatch(r"[+-]?\d+", inside):
            return str(int(inside))
        parts = _OF_COUNTER.fullmatch(inside)
        if parts is None:
            raise line.error(f"'[{inside}]' is no number and no [j], [j+1], [j-1] or [j*2].")
        if counter is None:
            raise line.error("'[j]' stands outside of an array or block, so j is no number.")
        operation, by = parts[1], int(parts[2] or 0)
        return str(counter * by if operation == "*" else counter - by if operation == "-" else counter + by)

    text = _SUBSCRIPT.sub(number, line.text)
    if re.search(r"(?<!int)\[", text):
        raise line.error("A bracket '[' is not closed.")
    return text
