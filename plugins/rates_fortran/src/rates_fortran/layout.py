"""What Fortran asks of names, and how values of a model are called in a module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import evolve
from rates_core.expressions.tree import Expression
from rates_core.programs.elementwise.constants import Constant
from rates_core.programs.elementwise.layout import BACKWARDS, Layout, Rules
from rates_core.system.system import System

from rates_fortran.printer import INTRINSIC, OWN, SYNTAX, FortranPrinter

RESERVED = frozenset(
    {
        *INTRINSIC.values(), *OWN.values(),
        "t", "y", "dy", "h", "k", "i", "j", "l", "c", "p", "q", "s", "m", "dp", "long", "parameters", "total",
        "complex_total", "first", "samples", "stride", "sample", "step", "steps", "row", "length", "fault", "checked",
        "places", "past", "complex_past", "multiply", "multiply_together", "late_together", "trials", "sampled", "nan",
        "infinity", "quotient", "power",
        "complex_power", "complex_sigmoid", "jacobian", "dfdy", "moved", "new", "points", "merge", "real", "aimag",
        "cmplx", "int", "sum", "matmul", "reshape", "transpose", "min", "max", "aint", "anint", "size", "huge", "kind",
        "spacing", "module", "contains", "subroutine", "function", "end", "do", "if", "then", "else", "call", "type",
        "use", "only", "implicit", "none", "private", "public", "integer", "complex", "logical", "intent", "in",
        "out", "inout", "value", "bind", "result", "pure", "elemental", "associate", "allocatable", "allocate",
        "dimension", "parameter", "data", "return", "stop", "exit", "cycle", "select", "case", "default", "where",
        "while", "write", "read", "print", "open", "close", "format", "common", "save", "pointer", "target",
        "interface", "procedure", "program", "block", "class", "gamma", "index", "len", "shape", "scale", "fraction",
        "exponent", "precision", "range", "epsilon", "tiny", "digits", "nearest", "norm2", "product", "maxval",
        "minval", "any", "all", "count", "pack", "spread", "dot_product", "c_double", "c_double_complex", "c_int64_t",
        "iso_c_binding", "ieee_value", "ieee_quiet_nan", "ieee_positive_inf", "ieee_arithmetic", "ieee_is_finite",
        "goal", "last", "max_step", "given_step", "fresh", "wanted", "most", "status", "due", "rtol", "atol", "times",
        "base", "interval", "proposal", "room", "kept", "starts", "ends", "node_count", "end_count", "nodes", "fit",
        "checks", "largest", "roughness", "powers", "now", "stop_time", "smallest", "wanted_step", "error", "coarse",
        "growth", "level", "steep", "small", "longest", "theta", "tolerated", "rejections", "left", "part", "parts",
        "node", "rows", "active", "spans_points", "most_spans", "until", "which", "span", "counts", "goals", "firsts",
        "lasts", "after", "place", "passed", "taken", "made", "history", "buffer", "values", "before", "here",
        "function_of_time",
        "complex_function_of_time", "omp",
    }
)  # fmt: skip
#: procedures of the modules of programs
PROCEDURES = frozenset(
    {
        "derivative", "derivative_late", "observe", "observe_late", "store", "keep", "prepare", "loop", "loop_many",
        "pair", "pair_many", "matrix", "events", "forward", "backward", "read_back", "delayed_back",
        "read_back_together", "delayed_back_together", *BACKWARDS,
    }
)  # fmt: skip
#: words that are no names of anything in a module whose only procedure is called so
GIVEN_WAY = frozenset({"j", "jacobian"})
LONGEST = 63
RULES = Rules(
    RESERVED | PROCEDURES,
    fold_case=True,
    longest=LONGEST - 12,
    columns_first=SYNTAX.columns_first,
    first_place=SYNTAX.first,
)


class FortranLayout(Layout):
    """Names, shapes and places of everything in one module.

    Args:
        system: over whose symbols it is written.
        wanted: per procedure its results by the path that each is called by.
        also: parameters that are needed beyond what routines read.
        hoist: compute what depends on parameters only once per run.
        alone: name of the only procedure of the module, to which single numbers are arguments of their own, not
            components of `p`, and places on axes are given as they are in Python.

    Attributes:
        indices: names of what counts the entries of an array, one for each axis.
        matrix: name of a matrix of derivatives that a procedure returns.
        trials: that stand side by side on a first axis of all that is computed; 1 for no such axis.
    """

    trials = 1

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
        called = (alone or "").lower()
        self.indices = ("i", "m" if called == "j" else "j", "l")
        self.matrix = "dfdy" if called == "jacobian" else "jacobian"
        self.components: dict[str, str] = {}
        if alone is None:
            numbers = [path for path, constant in self.constants.known.items() if not constant.shape]
            self.components = {path: self.names[path] for path in numbers}
            self.names |= {path: f"p%{name}" for path, name in self.components.items()}

    def printer(self) -> FortranPrinter:
        """Return a printer that knows everything in the module."""
        printer = FortranPrinter(self)
        printer.indices = self.indices
        return printer

    def type_of(self, symbol: str) -> str:
        """Return the type of a variable of the model."""
        return "complex(dp)" if symbol in self.kinds else "real(dp)"

    def module_name(self, title: str) -> str:
        """Return a name for the module that nothing in it has."""
        name = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_")[:40].strip("_") or "model"
        return self.identifiers.derived("{}_module", name if name[0].isalpha() else f"model_{name}"[:40])


def type_of_constant(constant: Constant) -> str:
    """Return the type of the entries of a parameter's array."""
    return "complex(dp)" if constant.complex else "integer(long)" if constant.integer else "real(dp)"
