"""Bifurcation analysis of a model, by the paths of its parameters and states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from rates_core.errors import ArgumentError, shown, warn
from rates_core.sweeps import Executor, Samples, executor_of
from rates_core.switches import switch

from rates_continuation.boundary_branch import BoundaryBranch
from rates_continuation.boundary_values import Answer, Question, answered
from rates_continuation.bounds import at_least, bounds_by_path, checked_bounds, count, positive
from rates_continuation.branch import Branch
from rates_continuation.citations import OF_DEFLATION
from rates_continuation.curves import curve_from, longer_curve
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.cycle_starts import from_point, running_cycle
from rates_continuation.delayed_field import Analysed
from rates_continuation.delays import FEWEST, NODES
from rates_continuation.diagram import Diagram
from rates_continuation.elsewhere import Posed
from rates_continuation.engines import engine_of
from rates_continuation.ensembles import (
    Ensemble,
    each_once,
    equilibria_near,
    listed_starts,
    one_start,
)
from rates_continuation.equilibrium_branch import branch_of_equilibria
from rates_continuation.extension import check_held, longer
from rates_continuation.homoclinic_orbits import HomoclinicOrbits
from rates_continuation.homoclinics import orbits_from
from rates_continuation.interrupts import interruptible
from rates_continuation.kept import kept_in
from rates_continuation.many_starts import followed_from_all, question_of
from rates_continuation.native.collocation import Care
from rates_continuation.native.curve import Place
from rates_continuation.native.deflation import with_disconnected
from rates_continuation.native.reachable import reachable
from rates_continuation.native.tracing import Bounds
from rates_continuation.profile import Profile
from rates_continuation.progress import shown_steps
from rates_continuation.reached import Origin, cycles_reached
from rates_continuation.sparse_field import SparseField
from rates_continuation.special import SpecialPoint
from rates_continuation.starting import begun, place_of, warn_of_jumps
from rates_continuation.two_parameter_curve import TwoParameterCurve
from rates_continuation.user_points import points_at
from rates_core import CircuitTemplate

if TYPE_CHECKING:
    import pandas as pd


class Continuation:
    """The solutions of a model as curves in its parameters.

    Args:
        model: a circuit, or the path of one.
        parameters: values of parameters that are not those of the model, by path.
        engine: what follows curves: `native`, or `auto`, which is Auto-07p and needs rates-fortran.
        delay_nodes: at how many points of each discrete delay there are values of what is delayed: the degree of the
            polynomials through them.
        sparse: whether Jacobians are sparse matrices, of which the rightmost eigenvalues are computed; if None they are
            where a model has more than 500 states, few of which depend on each other.

    Ctrl-C ends what is followed at its next point: what was found is returned, and has ended `interrupted`.

    Raises:
        UnknownNameError: there is no such engine.
        PluginError: something is missing that the engine needs.
        ArgumentError: `delay_nodes` is no whole number, or too small; `sparse` is something else.

    Example:
        >>> from rates_continuation import Continuation
        >>> c = Continuation("model_templates.neural_mass_models.qif.qif_sfa")
        >>> branch = c.equilibria("p/qif_sfa_op/eta", bounds=(-10.0, 5.0))
        >>> [(point.kind, round(point["p/qif_sfa_op/eta"], 6)) for point in branch.specials]
        [('HB', -2.338091), ('LP', -2.237934), ('LP', -2.636117), ('HB', -1.867968)]
    """

    def __init__(
        self,
        model: CircuitTemplate | str,
        parameters: Mapping[str, float] | None = None,
        engine: str = "native",
        delay_nodes: int = NODES,
        sparse: bool | None = None,
    ) -> None:
        self.model = CircuitTemplate.from_yaml(model) if isinstance(model, str) else model
        if not isinstance(self.model, CircuitTemplate):
            raise ArgumentError(f"model must be a CircuitTemplate or the path of one; it is {shown(model)}.")
        self.parameters = dict(parameters or {})
        wanted = None if sparse is None else switch("sparse", sparse)
        self.analysed = Analysed(self.model, at_least("delay_nodes", delay_nodes, FEWEST), wanted)
        self.engine = engine_of(engine, self.model, self.parameters)
        self.engine_name = engine

    def equilibria(
        self,
        parameter: str,
        bounds: tuple[float, float],
        start: Mapping[str, float] | None = None,
        max_points: int = 5000,
        max_step: float = 0.25,
        verbose: bool = True,
    ) -> Branch:
        """Follow the equilibria of the model as a parameter varies, from a start to both sides.

        Args:
            parameter: path of the one that varies.
            bounds: between which it does.
            start: values of states near an equilibrium, and of the parameter there, by path. States of which nothing is
                said start from the model's initial values, and settle: the model is integrated for a while.
            max_points: to each side.
            max_step: along the curve, where 1 is a tenth of the bounds, or a change of the states by their own size.
            verbose: whether progress is shown, on a terminal.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: the parameter starts outside of its bounds.
            SimulationError: there is no equilibrium near the start.
        """
        within = checked_bounds(bounds)
        posed = self._posed(parameter)
        field, equations = posed.field, posed.equations
        place = place_of(field, begun(field, equations, one_start(start), within))
        with shown_steps(max_step, max_points, verbose) as steps:
            found = self.engine.follow(equations, place, Bounds(*within), steps)
            return branch_of_equilibria(field, found, self.engine.cited)

    def ensemble(
        self,
        parameter: str,
        bounds: tuple[float, float],
        starts: Samples | Sequence[Mapping[str, float]],
        max_points: int = 5000,
        max_step: float = 0.25,
        save: str | Path | None = None,
        resume: bool = False,
        executor: str | Executor = "serial",
        verbose: bool = True,
        **options: Any,
    ) -> Ensemble:
        """Follow the equilibria that are found from several starts, each branch once.

        Starts settle, and branches are followed, wherever an executor has workers; what is found is the same.

        Args:
            parameter: path of the one that varies.
            bounds: between which it does.
            starts: dictionaries as `start` of `equilibria`; or samples of `rates_core.sweeps`, such as
                `latin_hypercube({path: (low, high)}, 20, seed=1)`.
            max_points: of each branch, to each side.
            max_step: as for `equilibria`.
            save: path of a folder that ends in `.branches`, into which goes what each start led to, and each branch, as
                soon as it is there.
            resume: go on with what is there, of the same model, starts and settings.
            executor: a name, as for `CircuitTemplate.sweep`: "serial", "threads", "processes", "dask", …; or an
                `Executor` of `rates_core.sweeps`. Ctrl-C lets it finish the branches that others are following.
            verbose: whether progress is shown, on a terminal.
            **options: of the executor.

        Warns:
            RuntimeWarning: some starts led to no equilibrium; they are named.

        Raises:
            UnknownNameError, ArgumentError: as for `equilibria`; or the folder belongs to another ensemble.
            SimulationError: no start led to an equilibrium.
        """
        within, given = checked_bounds(bounds), listed_starts(starts)
        where = executor_of(executor, options, self.ensemble)
        posed = self._posed(parameter)
        kept = kept_in(save, switch("resume", resume), question_of(posed, given, within, max_points, max_step))
        return followed_from_all(posed, given, within, max_points, max_step, kept, where, verbose)

    @interruptible()
    def diagram(
        self,
        parameter: str,
        bounds: tuple[float, float],
        start: Mapping[str, float] | Samples | Sequence[Mapping[str, float]] | None = None,
        max_points: int = 5000,
        max_step: float = 0.25,
        max_branches: int = 50,
        cycles: bool = True,
        deflate: bool = False,
        verbose: bool = True,
    ) -> Diagram:
        """Follow the equilibria of the model, and all branches that are reached from these: equilibria and cycles.

        Args:
            parameter: path of the one that varies.
            bounds: between which it does.
            start: as for `equilibria`; or several, as for `ensemble`.
            max_points: of each branch, to each side.
            max_step: as for `equilibria`.
            max_branches: number of branches.
            cycles: follow cycles too; see `cycles` for how, with what it does if nothing is said.
            deflate: whether branches are looked for, too, that nothing connects with these; none may be found.
            verbose: whether progress is shown, on a terminal.

        Warns:
            RuntimeWarning: the model has sparse Jacobians, so that cycles are not followed.

        Raises:
            UnknownNameError, ArgumentError, SimulationError: as for `equilibria`.
        """
        most, within = count("max_branches", max_branches), checked_bounds(bounds)
        posed = self._posed(parameter)
        field, equations = posed.field, posed.equations
        limits, follow = Bounds(*within), self.engine.follow
        places: list[Place | None]
        if start is None or isinstance(start, Mapping):
            places = [place_of(field, begun(field, equations, one_start(start), within))]
        else:
            places = [found.place for found in equilibria_near(posed, listed_starts(start), within)]
        with shown_steps(max_step, max_points, verbose) as steps:
            found, _ = each_once(
                equations,
                places,
                lambda place, known: reachable(
                    equations, follow(equations, place, limits, steps), limits, steps, most - len(known), follow
                ),
            )
            connected = len(found)
            if switch("deflate", deflate):
                found = with_disconnected(equations, found, limits, steps, most, follow)
        branches: list[Branch] = [
            branch_of_equilibria(field, curve, self.engine.cited + (OF_DEFLATION if number >= connected else ()))
            for number, curve in enumerate(found)
        ]
        origins: list[Origin | None] = [None] * len(branches)
        follow_cycles = partial(self.cycles, bounds=bounds, verbose=verbose)
        if switch("cycles", cycles) and isinstance(field, SparseField):
            warn(f"Cycles of a model with {field.size} states are not followed; cycles=False leaves them out.")
        elif cycles:
            for branch, origin in cycles_reached(branches, limits, follow_cycles, most):
                branches.append(branch)
                origins.append(origin)
        return Diagram(tuple(branches), tuple(origins))

    def cycles(
        self,
        from_: SpecialPoint | pd.DataFrame | Mapping[str, float],
        bounds: tuple[float, float],
        parameter: str | None = None,
        max_points: int = 1000,
        max_step: float = 0.25,
        max_period: float | None = None,
        max_intervals: int = 128,
        tolerance: float = 1e-6,
        verbose: bool = True,
    ) -> CycleBranch:
        """Follow the cycles that begin at a special point, or one that a run leads to, as a parameter varies.

        Args:
            from_: a Hopf point of `equilibria`; a period doubling or a branch point of cycles; or the table of a run,
                or values of states by path, from which the model runs on to a stable cycle, that is followed to both
                sides.
            bounds: between which the parameter varies.
            parameter: its path; for a special point that of its branch.
            max_points: to each side.
            max_step: along the curve, where 1 is a tenth of the bounds, or a change of the states or of the period by
                their own size.
            max_period: at which the branch ends; at 1000 times the first one if None.
            max_intervals: number of intervals of the mesh, on each of which states are polynomials of degree 4; special
                points are found on twice as many.
            tolerance: by how much these may miss the cycle, relative to its size; meshes have as many intervals as that
                takes. The meshes of Auto-07p have `max_intervals` always.
            verbose: whether progress is shown, on a terminal.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: the parameter starts outside of its bounds, or cycles cannot begin at the point.
            SimulationError: the model does not run on to a cycle.
            UnsupportedFeatureError: the engine is Auto-07p, and they do not begin at a Hopf point; or the model has
                sparse Jacobians.
        """
        limits = Bounds(*checked_bounds(bounds))
        care = Care(positive("tolerance", tolerance), count("max_intervals", max_intervals))
        longest = None if max_period is None else positive("max_period", max_period)
        if isinstance(from_, SpecialPoint):
            start = from_point(self.analysed, self.parameters, from_, parameter, limits, care)
        else:
            start = running_cycle(self.analysed, self.parameters, from_, parameter, limits, care)
        with shown_steps(max_step, max_points, verbose) as steps:
            return self.engine.follow_cycles(start, steps, longest)

    @overload
    def extended(
        self, branch: Branch, bounds: tuple[float, float], max_points: int = ..., max_step: float = ...,
        max_period: float | None = ..., verbose: bool = ...,
    ) -> Branch: ...  # fmt: skip
    @overload
    def extended(
        self, branch: TwoParameterCurve, bounds: Mapping[str, tuple[float, float]], max_points: int = ...,
        max_step: float = ..., max_period: None = ..., verbose: bool = ...,
    ) -> TwoParameterCurve: ...  # fmt: skip
    def extended(
        self,
        branch: Branch | TwoParameterCurve,
        bounds: tuple[float, float] | Mapping[str, tuple[float, float]],
        max_points: int = 1000,
        max_step: float = 0.25,
        max_period: float | None = None,
        verbose: bool = True,
    ) -> Branch | TwoParameterCurve:
        """Go on with a branch where it ended at a bound, at a period, or after as many points as were asked for.

        Args:
            branch: of equilibria, of cycles or of boundary values, or a curve in two parameters, of this model with
                these parameters.
            bounds: between which the parameter varies now; of a curve both, by path. The branch must lie within.
            max_points: more of them, to each side.
            max_step: as for `equilibria`.
            max_period: of cycles, as for `cycles`.
            verbose: whether progress is shown, on a terminal.

        Raises:
            ArgumentError: the bounds cut off a part of the branch; or it comes from a file, and is none of the model.
        """
        longest = None if max_period is None else positive("max_period", max_period)
        if isinstance(branch, TwoParameterCurve):
            limits = bounds_by_path(bounds, branch.parameters)
            if longest is not None:
                raise ArgumentError("max_period is for branches of cycles; this is a curve in two parameters.")
            field = self.analysed.get_vector_field(branch.parameters, self.parameters)
            with shown_steps(max_step, max_points, verbose) as steps:
                return longer_curve(field, branch, limits, steps)
        within = checked_bounds(bounds)
        check_held(branch, within)
        with shown_steps(max_step, max_points, verbose) as steps:
            if isinstance(branch.found, Answer):
                return branch.found.extended(Bounds(*within), steps)
            field = self.analysed.get_vector_field([branch.parameters[0]], self.parameters)
            return longer(field, branch, Bounds(*within), steps, longest)

    def curve(
        self,
        point: SpecialPoint,
        parameter: str | None = None,
        bounds: Mapping[str, tuple[float, float]] | None = None,
        kind: str | None = None,
        max_points: int = 5000,
        max_step: float = 0.25,
        verbose: bool = True,
    ) -> TwoParameterCurve:
        """Follow special points of one kind as two parameters vary, from one of them to both sides.

        Args:
            point: a fold or a Hopf point of equilibria; a fold, a period doubling or a torus of cycles; or a special
                point of another such curve, of which one begins.
            parameter: path of the second one that varies, from its value in the model; left out for a point of a curve,
                which has two.
            bounds: between which both parameters vary, by path.
            kind: `LP` or `HB`, where curves of both pass the point.
            max_points: to each side.
            max_step: along the curve, where 1 is a tenth of the bounds, or a change of the states by their own size.
            verbose: whether progress is shown, on a terminal.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: no curve begins at a point of this kind; or bounds are missing or leave out the point.
            SimulationError: the point is none of this model.
        """
        with shown_steps(max_step, max_points, verbose) as steps:
            return curve_from(self.analysed, self.parameters, point, parameter, bounds, kind, steps)

    def at(self, branch: Branch, path: str, value: float) -> list[SpecialPoint]:
        """Return the points of a branch at which a quantity has a value, in the order of the branch.

        They are solved for, and have the kind `UZ`. Between two points of the branch a state counts as growing or
        falling all the way.

        Args:
            branch: of equilibria or of cycles, of this model with these parameters.
            path: of the parameter, of a state (on cycles of its largest value), or `period`.
            value: of it.

        Raises:
            UnknownNameError: the branch has no such quantity.
            ArgumentError: it is one of another model.
            UnsupportedFeatureError: it is of cycles from a file, and the model has discrete delays.
        """
        return points_at(self.analysed.get_vector_field(branch.parameters, self.parameters), branch, path, value)

    def homoclinic(
        self,
        from_: CycleBranch,
        parameter: str,
        bounds: Mapping[str, tuple[float, float]],
        max_points: int = 1000,
        max_step: float = 0.25,
        max_intervals: int = 128,
        tolerance: float = 1e-6,
        verbose: bool = True,
    ) -> HomoclinicOrbits:
        """Follow orbits from an equilibrium to itself as two parameters vary, from the end of a branch of cycles.

        Args:
            from_: a branch that ended `homoclinic`, or `period`; the last of its cycles passes the equilibrium closely.
            parameter: path of the second parameter that varies, from its value in the model.
            bounds: between which both vary, by path.
            max_points, max_step, max_intervals, tolerance, verbose: as for `cycles`.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: the branch ended otherwise, or comes from another model; or bounds are missing or leave out
                its end.
            SimulationError: there is no such orbit near the last cycle.
        """
        care = Care(positive("tolerance", tolerance), count("max_intervals", max_intervals), closed=False)
        with shown_steps(max_step, max_points, verbose) as steps:
            return orbits_from(self.analysed, self.parameters, from_, parameter, bounds, care, steps)

    def boundary_values(
        self,
        parameter: str,
        bounds: tuple[float, float],
        conditions: Sequence[str],
        on_average: Sequence[str] = (),
        interval: float = 1.0,
        free: Sequence[str] = (),
        start: Mapping[str, Any] | pd.DataFrame | Profile | None = None,
        max_points: int = 1000,
        max_step: float = 0.25,
        max_intervals: int = 64,
        tolerance: float = 1e-6,
        verbose: bool = True,
    ) -> BoundaryBranch:
        """Follow solutions of the model on an interval of time with conditions at its ends, as a parameter varies.

        Time may stand for anything else, such as space. A condition is an equation, or an expression that has to be
        zero; there are as many of both kinds together as states and free parameters.

        Args:
            parameter: path of the one that varies; or `interval`, the length.
            bounds: between which it does.
            conditions: on the ends, such as `start(p/op/u) = 0` or `end(p/op/u) = p/op/k`.
            on_average: conditions that hold on average over the interval, such as `p/op/u = 1`.
            interval: how long it is: the model's time goes from 0 to this.
            free: paths of other parameters, and `interval`, for which the conditions are solved, too.
            start: what a solution is like: values by path, of states as numbers, as functions of an array of times or
                as columns of a table over time, which is stretched over the interval; or such a table, or the profile
                of another solution. A state of which nothing is said has its initial value all along, and a parameter
                that of the model.
            max_points, max_step, verbose: as for `cycles`.
            max_intervals, tolerance: of the mesh, as for `cycles`.

        Raises:
            UnknownNameError: a path names nothing.
            EquationError: a condition is malformed.
            ArgumentError: there are too many conditions or too few, or the parameter starts outside of its bounds.
            SimulationError: there is no solution near the start.
            UnsupportedFeatureError: the model depends on time; let a state be time: `s' = 1`, with `start(s) = 0`.
        """
        limits = Bounds(*checked_bounds(bounds))
        care = Care(positive("tolerance", tolerance), count("max_intervals", max_intervals), closed=False)
        names = [parameter, *_names(free)]
        question = Question.asked(self.analysed, self.parameters, names, conditions, on_average, interval)
        with shown_steps(max_step, max_points, verbose) as steps:
            return answered(question, start, limits, steps, care)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made: what is compiled goes nowhere."""
        return type(self), (self.model, self.parameters, self.engine_name, self.analysed.nodes, self.analysed.sparse)

    def _posed(self, parameter: str) -> Posed:
        """Return the model as a field of a parameter, with the equations of its equilibria."""
        posed = Posed.of(self, parameter)
        warn_of_jumps(posed.field)
        return posed


def _names(free: Any) -> list[Any]:
    """Return what free parameters are called.

    Raises:
        ArgumentError: they are no list.
    """
    if isinstance(free, str) or not isinstance(free, Sequence):
        raise ArgumentError(f"free must be a list of paths of parameters; it is {shown(free)}.")
    return list(free)
