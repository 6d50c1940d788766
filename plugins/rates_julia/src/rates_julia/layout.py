"""What Julia asks of names, and how values of a model are called in a module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import evolve
from rates_core.expressions.tree import Expression
from rates_core.programs.elementwise.layout import Layout, Rules
from rates_core.programs.naming import Identifiers
from rates_core.system.system import System

from rates_julia.printer import BASE, HELPERS, SYNTAX, JuliaPrinter

WORDS = frozenset(
    {
        "abstract", "baremodule", "begin", "break", "catch", "ccall", "const", "continue", "do", "else", "elseif",
        "end", "export", "false", "finally", "for", "function", "global", "if", "import", "in", "isa", "let",
        "local", "macro", "module", "mutable", "new", "outer", "primitive", "quote", "return", "struct", "true",
        "try", "type", "using", "where", "while",
    }
)  # fmt: skip
#: names that the text of a module uses
USED = frozenset(
    {
        "t", "y", "dy", "p", "h", "k", "i", "j", "l", "c", "q", "s", "J", "jacobian", "row", "rows", "room", "given",
        "total", "out", "oldest", "first", "samples", "stride", "sample", "moved", "new", "length", "size", "zeros",
        "fill", "view", "eachindex", "copyto", "similar", "ifelse", "complex", "real", "imag", "Int", "Float64",
        "ComplexF64", "NaN", "Inf", "pi", "im", "isfinite", "isnan", "isinteger", "eps", "max", "min", "abs", "sum",
        "any", "all", "maximum", "eltype", "oftype", "one", "zero", "mul", "transpose", "Base", "LinearAlgebra",
        "include", "eval", "goal", "last", "max_step", "given_step", "fresh", "rtol", "atol", "times", "wanted",
        "most", "base", "interval", "proposal", "status", "steps", "due", "now", "stop_time", "smallest",
        "wanted_step", "error", "coarse", "growth", "level", "steep", "small", "longest", "theta", "tolerated",
        "rejections", "left", "part", "parts", "node", "nodes", "fit", "checks", "largest", "roughness", "starts",
        "ends", "kept", "history", "buffer", "before", "index", "indices", "f", "parameters", "place", "places",
        "share", "shares", "width", "abs2", "vec", "period", "rooms", "rough", "grown", "damped", "after",
    }
)  # fmt: skip
RESERVED = frozenset({*WORDS, *USED, *BASE.values(), *HELPERS})
#: words that are no names of anything in a module whose only function is called so
GIVEN_WAY = frozenset({"J", "jacobian"})
RULES = Rules(RESERVED, columns_first=SYNTAX.columns_first, first_place=SYNTAX.first)


class JuliaLayout(Layout):
    """Names, shapes and places of everything in one module.

    Args:
        system: over whose symbols it is written.
        wanted: per function its results by the path that each is called by.
        also: parameters that are needed beyond what routines read.
        hoist: compute what depends on parameters only once per run.
        alone: name of the only function of the module, which takes parameters as arguments of their own, not as fields
            of `p`, and places on axes as they are in Python.

    Attributes:
        fields: names of what `p` holds, by path: parameters, what follows from them, and inputs as functions of time.
        matrix: name of a matrix of derivatives that a function fills.
        local: names of variables that can hold the former two.
        rooms: declared arrays that functions write and read again, by name: what makes each.
    """

    def __init__(
        self,
        system: System,
        wanted: Mapping[str, Mapping[str, Expression]],
        also: Iterable[str] = (),
        hoist: bool = True,
        alone: str | None = None,
    ) -> None:
        rules = RULES if alone is None else evolve(RULES, reserved=RESERVED | {alone}, first_place=0)
        super().__init__(system, wanted, rules, also, hoist)
        self.alone = alone
        self.matrix = "jacobian" if alone == "J" else "J"
        self.fields: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.local: dict[str, str] = {}
        if alone is None:
            paths = [*self.constants.known, *(item.path for item in system.inputs)]
            self.fields = dict(Identifiers.of(paths, WORDS | {"rooms"}).chosen)
            self.local = {path: self.names[path] for path in self.constants.known}
            self.names |= {path: f"p.{self.fields[path]}" for path in self.constants.known}

    def printer(self) -> JuliaPrinter:
        """Return a printer that knows everything in the module."""
        return JuliaPrinter(self)

    def array(self, symbol: str) -> str:
        """Return the text that makes an array for a symbol."""
        return zeros(self.shapes[symbol], symbol in self.kinds)

    def module_name(self, title: str) -> str:
        """Return a name for the module, as Julia writes them, that nothing in it has."""
        words = re.findall(r"[A-Za-z0-9]+", title)
        name = "".join(word[0].upper() + word[1:] for word in words)[:40] or "Model"
        return self.identifiers.derived("{}Model", name if name[0].isalpha() else "")


def zeros(shape: tuple[int, ...], is_complex: bool) -> str:
    """Return the text that makes an array of a shape."""
    return f"zeros({', '.join(['ComplexF64'] * is_complex + [str(size) for size in shape])})"
