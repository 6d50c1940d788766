"""How time and memory grow with the size of a network: tables, and a picture on logarithmic axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.clock import interleaved
from benchmarks.row import NONE, Row, Target
from benchmarks.rows import builds, networks
from benchmarks.settings import Settings
from benchmarks.table import duration, line

SIZES = (10, 30, 100, 300, 1000, 3000, 5000)  # columns
UPDATES = 2e8  # connections that a measured run reads altogether
FEWEST_STEPS, MOST_STEPS = 100, 20_000
DEGREE = 100  # connections per unit of a sparse network
CONNECTIONS = (10**2, 10**3, 10**4, 10**5, 10**6, 10**7)
LARGEST_OF_PEERS = 10**5  # connections, which take them minutes from here on


@dataclass(frozen=True)
class Curve:
    """A quantity over a size."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """Curves of one quantity: seconds or megabytes."""

    title: str
    over: str
    unit: str
    curves: tuple[Curve, ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines of a table with a row per size."""
        sizes = sorted({size for curve in self.curves for size, _ in curve.points})
        yield f"{self.title}:"
        yield ""
        yield line([self.over, *(curve.name for curve in self.curves)])
        yield line(["---:"] * (1 + len(self.curves)))
        for size in sizes:
            found = [dict(curve.points).get(size) for curve in self.curves]
            spelled = [NONE if value is None else self._spelled(value) for value in found]
            yield line([f"{size:g}", *spelled])

    def _spelled(self, value: float) -> str:
        return duration(value) if self.unit == "s" else f"{value:.0f} {self.unit}"


def panels(settings: Settings) -> Iterator[tuple[str, Callable[[], list[Panel]]]]:
    """Yield the name of each measurement, and what does it."""
    if find_spec("rates_numba") is not None:
        yield "growth.steps", partial(steps, settings)
    yield "growth.build", partial(build, settings)


def steps(settings: Settings) -> list[Panel]:
    """Measure a step of networks whose columns are coupled all to all."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for size in (number for number in SIZES if number <= 5000 * settings.scale):
        count = int(min(MOST_STEPS, max(FEWEST_STEPS, UPDATES * settings.scale / size**2)))
        weights, delays = networks.random_weights(size), networks.random_delays(size)
        for name, given in (("dense", None), ("a delay each", delays)):
            ours, limit = networks.compiled(weights, given, count), networks.in_c(weights, given, count)
            works = {f"{name}, ours": ours} | ({f"{name}, C": limit} if limit is not None else {})
            _check_equal(works, count)
            times = interleaved(list(works.values()), min(3, settings.repeats))
            for work, seconds in zip(works, times, strict=True):
                curves.setdefault(work, []).append((size, seconds / count))
    return [Panel("An Euler step of N Jansen-Rit columns, all to all", "N", "s", _curves(curves))]


def _check_equal(works: dict[str, Callable[[], object]], count: int) -> None:
    """Raise unless ours begins as the limit does; later, rounding grows."""
    if len(works) < 2:
        return
    ours, limit = (work() for work in works.values())
    found = np.asarray(ours)[:100, 0]
    error = float(np.max(np.abs(found - np.asarray(limit)[: len(found)])))
    if not error <= networks.TOLERANCE:
        raise AssertionError(f"{', '.join(works)} differ by {error:.1e} within {min(count, 100)} steps")


def build(settings: Settings) -> list[Panel]:
    """Measure from arrays to a program, and the peak of memory above what was there before."""
    seconds: dict[str, list[tuple[float, float]]] = {}
    memory: dict[str, list[tuple[float, float]]] = {}
    for count in (number for number in CONNECTIONS if number <= 1e7 * settings.scale):
        for name, row in _builds(settings, count):
            seconds.setdefault(name, []).append((count, row.ours))
            memory.setdefault(name, []).append((count, row.memory or 0.0))
        for done in _of_peers(round(count**0.5)) if count <= LARGEST_OF_PEERS else ():
            if done.seconds is not None:
                seconds.setdefault(f"{done.tool}, all to all, with ten steps", []).append((count, done.seconds))
    return [
        Panel("From arrays to a program", "connections", "s", _curves(seconds)),
        Panel("Peak of memory above import and arrays", "connections", "MB", _curves(memory)),
    ]


def _builds(settings: Settings, count: int) -> Iterator[tuple[str, Row]]:
    """Yield builds of so many connections."""
    side, degree = round(count**0.5), min(DEGREE, count // 10)
    within = Target(seconds=60.0)
    if count <= 10**6:
        given, circuit = builds.DELAYED.format(units=side), "connected(units, weights, delays=delays)"
        yield "all to all, a delay each", builds.measured(settings, "", given, circuit, within)
        yield "all to all", builds.measured(settings, "", given, "connected(units, weights)", within)
    sparse = builds.SPARSE.format(units=count // degree, degree=degree)
    yield "sparse", builds.measured(settings, "", sparse, "connected(units, matrix)", within)


def _of_peers(size: int) -> tuple[peers.Done, ...]:
    given = {"parameters": list(networks.PARAMETERS), "values": list(networks.PARAMETERS.values())}
    return peers.done(
        "columns", None, ("pyrates",), equations=networks.EQUATIONS, weights=networks.random_weights(size),
        step=networks.STEP, steps=10, **given,
    )  # fmt: skip


def _curves(found: dict[str, list[tuple[float, float]]]) -> tuple[Curve, ...]:
    return tuple(Curve(name, tuple(points)) for name, points in found.items())


def draw(found: list[Panel], path: Path) -> None:
    """Draw panels side by side on logarithmic axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5 * len(found), 4.5), layout="constrained")
    for axes, panel in zip(figure.subplots(1, len(found), squeeze=False)[0], found, strict=True):
        for curve in panel.curves:
            style = "--" if curve.name.endswith("C") else "-"
            axes.plot(*zip(*curve.points, strict=True), style, marker="o", markersize=3, label=curve.name)
        axes.set(title=panel.title, xlabel=panel.over, ylabel=panel.unit, xscale="log", yscale="log")
        axes.grid(visible=True, which="major", linewidth=0.3)
        axes.legend(fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
