"""Steps of several trials that a compiled loop has taken side by side, and the way back through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve

from rates_core.programs.elementwise.adjoint_loops import Totals
from rates_core.programs.elementwise.taken import Arrays, Begun, Derivatives, Point
from rates_core.programs.elementwise.through_start import ThroughStart
from rates_core.programs.elementwise.way_back import Ends, WayBack
from rates_core.programs.elementwise.weighing import Rows
from rates_core.programs.gradient import Between
from rates_core.system.shapes import Shape


class TakenTogether:
    """Steps of some trials, not more than modules take side by side, that have been taken.

    Where they are fewer, the last one stands at all places behind them, to whose derivatives nothing is added.

    Attributes:
        outputs: by name, of each trial.
        after: what goes on, likewise.
    """

    def __init__(self, point: Point, begun: Sequence[Begun]) -> None:
        request, runs = point.forth.request, [one.run for one in begun]
        self._point, self._begun, self._request, self._trials = point, begun, request, request.trials
        fed = [run.inputs[0] for run in runs if run.inputs]  # at all nodes of the method they are the same
        tables = [self._beside(own) for own in zip(*fed, strict=True)]
        run = evolve(runs[0], inputs=[tables for _ in runs[0].inputs])
        self._way = WayBack(point.forth, point.back, run, begun[0].stretches(point), point.count)
        end = self._way.forwards(self._ends([one.start for one in begun]))
        step = run.start.step + point.count
        self.after = [Between(step, one.y, one.windows) for one in self._apart(end)]
        self.outputs = [
            {name: np.array(rows) for name, rows in self._rows(number).outputs(run.parts, 0).items()}
            for number in range(len(begun))
        ]

    def back(self, by_outputs: Sequence[Mapping[str, np.ndarray]], by_after: Sequence[Between] | None) -> Derivatives:
        """Follow the steps back; see `Taken`."""
        point, way = self._point, self._way
        way.rows.seeds[:] = 0.0
        for number, slopes in enumerate(by_outputs):
            self._rows(number).seed(self._begun[0].run.parts, 0, slopes)
        by_end = None
        if by_after is not None:
            zeros = Ends(np.zeros_like(by_after[0].y), tuple(map(np.zeros_like, by_after[0].windows)))
            missing = [zeros] * (self._trials - len(by_after))
            by_end = self._ends([*(Ends(one.y, one.windows) for one in by_after), *missing])
        totals, by_windows = way.backwards(by_end)
        parameters, *delays = (self._summed(own) for own in (totals.parameters, *totals.delays))
        summed = Totals(totals.state, parameters, (), tuple(delays))
        found = way.by_parameters(point.arguments, summed)
        before = self._apart(Ends(totals.state, by_windows))
        tables = [self._tables(number, totals) for number in range(len(self._begun))]
        state = None
        if self._begun[0].between is None:
            state = self._through_start(before, found, tables)
        signals = point.fed_signals
        inputs = [
            one.by_inputs(signals, [np.sum(nodes, axis=0) for nodes in zip(*own, strict=True)])
            for one, own in zip(self._begun, tables, strict=True)
        ]
        return Derivatives(
            point.placing.gathered(found, state),
            inputs,
            [
                Between(one.between.step, own.y, own.windows)
                for one, own in zip(self._begun, before, strict=True)
                if one.between is not None
            ],
        )

    def _summed(self, entries: np.ndarray) -> np.ndarray:
        """Return sums over trials."""
        found: np.ndarray = entries.reshape(-1, self._trials).sum(axis=1)
        return found

    def _through_start(
        self, by_start: Sequence[Ends], parameters: Arrays, tables: Sequence[list[list[np.ndarray]]]
    ) -> np.ndarray:
        """Return the derivatives by the state at the start; add to others what goes through the start."""
        if not self._point.starts_by_inputs:  # the way back is the same from all of them
            windows = [np.sum(own, axis=0) for own in zip(*(part.windows for part in by_start), strict=True)]
            y: np.ndarray = np.sum([part.y for part in by_start], axis=0)
            by_start, tables = [Ends(y, tuple(windows))], tables[:1]
        state = np.zeros(self._request.system.width)
        for one, own, fed in zip(self._begun, by_start, tables, strict=False):
            by_slot = dict(zip(self._request.slots, (samples.sum(axis=0) for samples in own.windows), strict=True))
            state += ThroughStart(self._point.back, one.run, parameters, fed).followed(own.y, by_slot)
        return state

    def _tables(self, number: int, totals: Totals) -> list[list[np.ndarray]]:
        """Return the derivatives by tables of inputs of one trial, per node of the method."""
        shapes = [signal.shape for signal in self._point.fed_signals]
        return [
            [np.array(self._entries(own, shape)[..., number]) for own, shape in zip(node, shapes, strict=True)]
            for node in totals.inputs
        ]

    def _rows(self, number: int) -> Rows:
        return self._way.rows.of_trial(self._request, number)

    def _ends(self, parts: Sequence[Ends]) -> Ends:
        """Return where trials begin, or end, as the loop takes it."""
        y = self._beside([part.y[None] for part in parts])[0]
        return Ends(y, tuple(self._beside(own) for own in zip(*(part.windows for part in parts), strict=True)))

    def _apart(self, ends: Ends) -> list[Ends]:
        """Return the same of each trial."""
        shapes = [self._request.system.shapes[slot] for slot in self._request.slots]
        y = ends.y.reshape(-1, self._trials)
        windows = [self._entries(own, shape) for own, shape in zip(ends.windows, shapes, strict=True)]
        return [
            Ends(np.array(y[:, number]), tuple(np.array(own[..., number]) for own in windows))
            for number in range(len(self._begun))
        ]

    def _beside(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """Return rows of trials as rows in which the entries of all of them stand side by side."""
        parts = [*parts, *[parts[-1]] * (self._trials - len(parts))]
        return np.stack(parts, axis=-1).reshape(len(parts[0]), -1)

    def _entries(self, rows: np.ndarray, shape: Shape) -> np.ndarray:
        """Return rows of entries with axes of their own, of which that of trials is the last."""
        return rows.reshape(len(rows), *shape, self._trials)
