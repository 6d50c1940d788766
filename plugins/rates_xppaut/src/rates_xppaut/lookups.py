"""Tables of a file, and sums with the weights of tables, as functions in expressions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attrs import define, evolve, field
from rates_core.errors import EquationError, UnsupportedFeatureError, did_you_mean
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Expression, Symbol, symbols
from rates_core.templates.variable import Variable

from rates_xppaut.declarations import Declaration
from rates_xppaut.expression_reader import Call, call, read_expression
from rates_xppaut.networks import WeightedSums, read_sums
from rates_xppaut.tables import Table, read_table
from rates_xppaut.vocabulary import Vocabulary


@define
class Lookups:
    """Tables, whose values are those that the parameters in the file give, and sums.

    Attributes:
        vocabulary: what names mean.
        folder: where the file is.
    """

    vocabulary: Vocabulary
    folder: Path
    tables: dict[str, Table] = field(factory=dict)
    sums: dict[str, WeightedSums] = field(factory=dict)

    def read(self) -> None:
        """Read what the file declares."""
        known = self.vocabulary
        for one in known.of("table"):
            self.tables[one.name.lower()] = read_table(one, known.name(one), self.folder, self.sampled)
        for one in known.of("special"):
            self.sums[one.name.lower()] = read_sums(one, self.tables)

    def sampled(self, one: Declaration, text: str, arguments: np.ndarray) -> np.ndarray:
        """Return what the formula of a table is at many arguments."""
        known = self.vocabulary
        scope = evolve(known.at(one), values={**known.scope.values, "t": Symbol("t")})
        tree = read_expression(text, scope)
        known.only(one, tree, [*known.constants, "t"], "Values of a table are known before a run.")
        if used := symbols(tree) - {"t"}:
            known.omissions.add(
                f"that the table '{one.name}' depends on {', '.join(sorted(used))}: its values are those that the "
                "parameters in the file give"
            )
        values = evaluate(tree, {**known.constants, "t": arguments})
        return np.array(np.broadcast_to(values, arguments.shape), dtype=float)

    def variables(self, used: set[str]) -> dict[str, Variable]:
        """Return the parameters that hold the values of tables which equations use."""
        return {one.name: Variable.parse(one.values) for one in self.tables.values() if one.name in used}

    def functions(self, sums: bool) -> dict[str, Call]:
        """Return tables and sums as functions; fixed variables are computed before sums are."""

        def summed(name: str) -> Call:
            def value(argument: Expression) -> Expression:
                one = self.sums[name].declaration
                if not sums:
                    raise UnsupportedFeatureError(
                        f"{one.line.where}: special '{one.name}': A fixed variable names it, and is computed before "
                        "it, so XPPAUT takes what it was when it was last computed. Name it in equations x'=... alone."
                    )
                return self.sums[name].at(self.vocabulary.whole(argument), self.variable, self.applied)

            return value

        return {**{name: one.at for name, one in self.tables.items()}, **{name: summed(name) for name in self.sums}}

    def variable(self, name: str, places: int) -> Expression:
        """Return the variable that is so many places behind another one."""
        scope = self.vocabulary.scope
        order = scope.order[0]
        if name not in order or not 0 <= order.index(name) + places < len(order):
            hint = did_you_mean(name, order)
            raise EquationError(f"There is no variable {places} places behind '{name}', which a 'special' names.{hint}")
        return scope.values[order[order.index(name) + places]]

    def applied(self, name: str, arguments: Sequence[Expression]) -> Expression:
        """Return a function of the file, applied."""
        scope = self.vocabulary.scope
        if name not in scope.functions:
            hint = did_you_mean(name, scope.functions)
            raise EquationError(f"The file has no function '{name}', which a 'special' names.{hint}")
        return call(scope.functions[name], arguments, evolve(scope, where=f"special with '{name}'"))
