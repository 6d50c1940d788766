"""A model by the calls that users of PyCoBi know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.switches import switch

from rates_continuation.engines import ENGINES
from rates_continuation.ode_system.choice import computed
from rates_continuation.ode_system.constants import check_known
from rates_continuation.ode_system.constants_files import constants_of
from rates_continuation.ode_system.installed import circuit_of
from rates_continuation.ode_system.names import Names
from rates_continuation.ode_system.orbits import Orbits
from rates_continuation.ode_system.pictures import Pictures
from rates_continuation.ode_system.request import Computed, Request
from rates_continuation.ode_system.settings import Settings
from rates_continuation.ode_system.solutions import Curve, Solution
from rates_continuation.ode_system.summary import summary_of
from rates_continuation.ode_system.wanted import Wanted
from rates_core import CircuitTemplate

if TYPE_CHECKING:
    import pandas as pd

#: arguments of PyCoBi's constructors that say how files are written, of which there are none
OF_FILES = ("file_name", "func_name", "analytical_jacobian", "auto_constants", "auto_jac", "auto", "backend", "solver",
            "step_size", "vectorize", "float_precision", "clear", "verbose", "params", "state_vars")  # fmt: skip
#: constants that belong to the start of a curve, and are not handed on to what begins on it
OF_THE_START = ("ISW", "PAR", "U")
#: what PyCoBi's systems have, and what to use here
OF_SYSTEMS = {
    "auto_solutions": "There are no objects of Auto-07p: ode.continuations has all curves, by number.",
    "pyrates_template": "The circuit is ode.model.",
    "dir": "There is no directory that is worked in: nothing is written. working_dir= is where files c.NAME are.",
    "blocked_indices": "ode.names.parameters has the numbers of parameters, none of which is from 10 to 14.",
    "HOMCONT_PSI_NAMES": "There are no test functions by number; see IPSI in docs/how_to/coming_from_pycobi.md.",
}
ARGUMENTS = (
    "origin", "starting_point", "variables", "params", "get_stability", "get_period", "get_timeseries", "get_eigenvals",
    "get_lyapunov_exp", "reduce_limit_cycle", "bidirectional", "name", "e", "c",
)  # fmt: skip


class ODESystem(Pictures, Orbits):
    """A model whose solutions are followed by calls and constants of Auto-07p, as in PyCoBi.

    Args:
        eq_file: the model: a circuit, or its path; else `e` of the first run names it.
        working_dir: where files of constants are, `c.NAME`; nothing is written there.
        auto_dir: folder of Auto-07p, for `engine="auto"`.
        init_cont: run the model in time at once, with the other arguments as constants.
        init_kwargs: constants of the run in time alone.
        engine: what follows curves: `native`, or `auto`, which is Auto-07p.
        node_vars: values of variables, by path.
        edge_vars: values of edges, `(source, target, {attribute: value})`.
        constants: of Auto-07p, for all runs; with `init_cont` for the run in time alone. Arguments by which PyCoBi
            writes files are accepted, too, and have no meaning here.

    Attributes:
        engine: what follows curves.
        curves: of all runs, in order.
        additional_attributes: what `to_file` was given besides.

    Raises:
        UnknownNameError: there is no such model, engine or constant.
        PluginError: something is missing that the engine needs.

    Example:
        >>> from rates_continuation import ODESystem
        >>> ode = ODESystem.from_yaml("model_templates.neural_mass_models.qif.qif_sfa")
        >>> table, eta = ode.run(ICP="eta", RL0=-10.0, RL1=5.0, bidirectional=True, name="eta")
        >>> eta
        <Curve 0, 'eta': 41 points of equilibria in p/qif_sfa_op/eta; special: HB1, LP1, LP2, HB2>
    """

    def __init__(
        self,
        eq_file: CircuitTemplate | str | None = None,
        working_dir: str | Path | None = None,
        auto_dir: str | Path | None = None,
        init_cont: bool = False,
        init_kwargs: Mapping[str, Any] | None = None,
        *,
        engine: str = "native",
        node_vars: Mapping[str, Any] | None = None,
        edge_vars: Iterable[Sequence[Any]] | None = None,
        **constants: Any,
    ) -> None:
        if engine not in ENGINES:
            raise UnknownNameError(
                f"There is no engine {shown(engine)}.{did_you_mean(str(engine), ENGINES)} "
                f"Engines: {', '.join(ENGINES)}."
            )
        self.engine, self.curves = engine, list[Curve]()
        self._auto_dir, self._folder = auto_dir, Path(working_dir or ".").expanduser()
        self.additional_attributes: dict[str, Any] = {}
        self._changes: tuple[dict[str, Any], list[Any]] = (dict(node_vars or {}), list(edge_vars or ()))
        called: dict[str, Any] = {key: constants.pop(key) for key in ("e", "c", "name") if key in constants}
        self._aliases = [constants.get("file_name"), called.get("e")]
        self._constants = {key: value for key, value in constants.items() if key not in OF_FILES}
        check_known(self._constants, (*OF_FILES, "node_vars", "edge_vars", "init_kwargs"))
        self._model: CircuitTemplate | None = None
        self._names: Names | None = None
        self._reference: str | None = None
        if eq_file is not None or called.get("e"):
            self._take(eq_file if eq_file is not None else called["e"])
        if switch("init_cont", init_cont):
            first: dict[str, Any] = {"c": "ivp"} | self._constants | called | dict(init_kwargs or {})
            self._constants = {}
            self.run(**first)

    @classmethod
    def from_yaml(cls, path: str, *arguments: Any, **keywords: Any) -> Self:
        """Return the system of a model file; the other arguments are those of the class.

        Raises:
            UnknownNameError: there is no such model, engine or constant.
        """
        return cls(path, *arguments, **keywords)

    @classmethod
    def from_template(cls, template: CircuitTemplate, *arguments: Any, **keywords: Any) -> Self:
        """Return the system of a circuit, which stays as it is; the other arguments are those of the class.

        Raises:
            ArgumentError: it is no circuit.
            UnknownNameError: there is no such engine or constant.
        """
        if not isinstance(template, CircuitTemplate):
            raise ArgumentError(f"template must be a CircuitTemplate; it is {shown(template)}.")
        return cls(template, *arguments, **keywords)

    @classmethod
    def from_file(cls, filename: str | Path, auto_dir: str | Path | None = None) -> Self:
        """Return the system that `to_file` wrote: its curves, and its model if that has a path.

        Raises:
            ArgumentError: there is none in the file.
        """
        from rates_continuation.ode_system.stored import load

        stored = load(filename)
        found = cls(stored.model, auto_dir=auto_dir, engine=stored.engine, node_vars=stored.node_vars,
                    edge_vars=stored.edge_vars, **stored.constants)  # fmt: skip
        found._names = stored.names
        found.curves, found.additional_attributes = stored.curves, dict(stored.attributes)
        return found

    def to_file(self, filename: str | Path, results_only: bool = True, **kwargs: Any) -> None:
        """Write all curves into a file, from which `from_file` reads them.

        Args:
            filename: `.npz` is usual.
            results_only: accepted; the path of the model, if it has one, is written in any case.
            kwargs: numbers and texts that are written, too; `from_file` has them as `additional_attributes`.

        Raises:
            ArgumentError: the file cannot be written.
        """
        from rates_continuation.ode_system.stored import Stored, save

        switch("results_only", results_only)
        node_vars, edge_vars = self._changes
        save(
            Stored(
                self._reference, self.engine, node_vars, edge_vars, self._constants, self.names, self.curves, kwargs
            ),
            filename,
        )  # fmt: skip

    def run(
        self,
        origin: Curve | str | int | None = None,
        starting_point: str | int | None = None,
        variables: Sequence[Any] | None = None,
        params: Sequence[Any] | None = None,
        get_stability: bool = True,
        get_period: bool = False,
        get_timeseries: bool = False,
        get_eigenvals: bool = False,
        get_lyapunov_exp: bool = False,
        reduce_limit_cycle: bool = True,
        bidirectional: bool = False,
        name: str | None = None,
        e: CircuitTemplate | str | None = None,
        c: str | None = None,
        **constants: Any,
    ) -> tuple[pd.DataFrame, Curve]:
        """Compute a curve, and return it as a table and as what other runs start from.

        Args:
            origin: the curve on which the start lies, as it was returned, or its name or number; the last one if a
                starting point alone is given.
            starting_point: label of the start, such as `HB1`, or its number; without it and `origin`, the start is
                that of the model.
            variables: states that the table shows; all of them if None.
            params: parameters likewise.
            get_stability: show which solutions are stable.
            get_period: show periods of Hopf points too.
            get_timeseries: show the times of the values of cycles.
            get_eigenvals: show eigenvalues and multipliers.
            get_lyapunov_exp: show growth rates of small changes.
            reduce_limit_cycle: show the smallest and largest values of cycles, in place of values over time.
            bidirectional: follow the curve to both sides.
            name: by which the curve is known.
            e: the model, if none was given.
            c: constants of the file `c.NAME`; without one `ivp`, `eq` or `lc`, for a run in time, for equilibria or for
                cycles.
            constants: of Auto-07p; `DS="-"` turns the direction round. Those of the origin hold on, but for ISW, PAR
                and U, unless it is a run in time.

        Raises:
            UnknownNameError: a curve, point, parameter or constant has no such name.
            ArgumentError: nothing of that kind begins at the start, or a constant has a value without meaning.
            UnsupportedFeatureError: a constant asks for what is not offered.
            SimulationError: nothing is found from the start.
        """
        check_known(constants, ARGUMENTS)
        if e is not None:
            self._take(e)
        before, start = self._from(origin, starting_point)
        said = ({} if c is None else constants_of(c, self._folder)) | constants
        given = _turned({**self._constants, **_handed_on(before)}, said)
        wanted = Wanted.of(
            self.names, variables, params,
            {"get_stability": get_stability, "get_period": get_period, "get_timeseries": get_timeseries,
             "get_eigenvals": get_eigenvals, "get_lyapunov_exp": get_lyapunov_exp,
             "reduce_limit_cycle": reduce_limit_cycle},
        )  # fmt: skip
        request = self._request(given, before, start, bidirectional)
        return self._kept(computed(request, said, self.names), name, given, wanted)

    def _request(
        self, given: Mapping[str, Any], before: Curve | None, start: Solution | None, bidirectional: bool
    ) -> Request:
        return Request(self.model, {}, self.engine, self._auto_dir, Settings.of(given, self.names), before, start,
                       switch("bidirectional", bidirectional))  # fmt: skip

    def _kept(
        self, found: Computed, name: str | None, given: Mapping[str, Any], wanted: Wanted
    ) -> tuple[pd.DataFrame, Curve]:
        """Keep what was computed; return it as a table and as a curve."""
        kept = Curve(
            len(self.curves), name or "", found.what, found.free, found.solutions, given, found.kind, found.branch,
            wanted,
        )  # fmt: skip
        self.curves.append(kept)
        return summary_of(kept, self.names), kept

    @property
    def model(self) -> CircuitTemplate:
        """Return the model.

        Raises:
            ArgumentError: none was named.
        """
        if self._model is None:
            raise ArgumentError("No model was named. Name it: ODESystem.from_yaml(path), or run(e='path of a model').")
        return self._model

    @property
    def names(self) -> Names:
        """Return what parameters and states are called.

        Raises:
            ArgumentError: no model was named.
        """
        if self._names is None:
            self._names = self._named(self.model)
        return self._names

    def _named(self, model: CircuitTemplate) -> Names:
        """Return what a model's parameters and states are called; a system of another tool's scripts knows better."""
        return Names.of(model)

    @property
    def continuations(self) -> dict[int, Curve]:
        """Return all curves, by number."""
        return {curve.key: curve for curve in self.curves}

    @property
    def results(self) -> dict[int, pd.DataFrame]:
        """Return the tables of all curves, by number."""
        return {curve.key: summary_of(curve, self.names) for curve in self.curves}

    def get_continuation(self, key_or_name: Curve | str | int) -> Curve:
        """Return a curve by its name or number.

        Raises:
            UnknownNameError: there is none.
        """
        if isinstance(key_or_name, Curve):
            return key_or_name
        found = [item for item in self.curves if key_or_name in ((item.key, item.name) if item.name else (item.key,))]
        if not found or isinstance(key_or_name, bool):
            known = [f"{item.key}{f' {item.name!r}' if item.name else ''}" for item in self.curves]
            hint = did_you_mean(str(key_or_name), [item.name for item in self.curves if item.name])
            raise UnknownNameError(
                f"There is no curve {shown(key_or_name)}.{hint} There are: {', '.join(known) or 'none'}."
            )
        return found[-1]

    def get_summary(self, cont: Curve | str | int | None = None, point: str | int | None = None) -> Any:
        """Return a curve as a table; one of its points as a row.

        Args:
            cont: the curve; the last one if None.
            point: label or number.

        Raises:
            UnknownNameError: there is no such curve or point.
        """
        curve = self._curve(cont)
        table = summary_of(curve, self.names)
        return table if point is None else table.iloc[curve.index(point)]

    def extract(
        self, keys: Sequence[Any], cont: Curve | str | int | None, point: str | int | None = None
    ) -> tuple[Any, dict[Any, str]]:
        """Return columns of a table, and under which name each of them was found.

        Args:
            keys: of states and parameters by any of their names, `stability`, `bifurcation` and others.
            cont: the curve; the last one if None.
            point: label or number; None for all points.

        Raises:
            UnknownNameError: there is no such curve, point or column.
        """
        table = self.get_summary(cont)
        columns = list(dict.fromkeys(table.columns.get_level_values(0)))
        found = {key: self.names.column(key, columns) for key in keys}
        part = table.loc[:, list(dict.fromkeys(found.values()))]
        return (part if point is None else part.iloc[self._curve(cont).index(point)]), found

    def close_session(self, clear_files: bool = False, **kwargs: Any) -> None:
        """Do nothing: no files are left, and nothing was changed."""

    @staticmethod
    def reset_auto_state() -> None:
        """Do nothing: one system knows nothing of others."""

    def __getitem__(self, item: Any) -> Any:
        """Return the table of a curve."""
        return self.get_summary(item)

    def __getattr__(self, name: str) -> Any:
        """Say what to use in place of what PyCoBi's systems have.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(OF_SYSTEMS.get(name, f"An ODESystem has no '{name}'."))

    def _take(self, model: CircuitTemplate | str) -> None:
        """Take a model, unless it is the one that is there."""
        if (
            self._model is not None
            and isinstance(model, str)
            and model in (self._reference, self._model.name, *self._aliases)
        ):
            return
        circuit, reference = circuit_of(model)
        if self._model is not None and (reference is None or reference != self._reference):
            raise ArgumentError(
                f"This system is one of the model '{self._model.name}'; e is {shown(model)}. Make another ODESystem "
                "for it."
            )
        self._model = deepcopy(circuit).update_var(*self._changes)
        self._reference = reference

    def _curve(self, cont: Curve | str | int | None) -> Curve:
        if cont is None and not self.curves:
            raise ArgumentError("There are no curves yet. Compute one: ode.run(...).")
        return self.curves[-1] if cont is None else self.get_continuation(cont)

    def _from(
        self, origin: Curve | str | int | None, starting_point: str | int | None
    ) -> tuple[Curve | None, Solution | None]:
        """Return the curve on which a run starts, and where on it."""
        if origin is None and starting_point is None:
            return None, None
        curve = self._curve(origin)
        if starting_point is None:
            raise ArgumentError(f"starting_point= must name a point of the origin, such as 'EP2', or one of "
                                f"{curve!r}.")  # fmt: skip
        start = curve.solutions[curve.index(starting_point)]
        return curve.part_with(start), start


def _handed_on(before: Curve | None) -> dict[str, Any]:
    """Return the constants of a curve that hold on where another one begins on it."""
    constants = {} if before is None or before.what == "time" else before.constants
    return {key: value for key, value in constants.items() if key not in OF_THE_START}


def _turned(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return constants, and what was said over them; a DS of '-' turns the direction round."""
    given = {**before, **said}
    if given.get("DS") == "-":
        given["DS"] = -before.get("DS", 1.0)
    return given
