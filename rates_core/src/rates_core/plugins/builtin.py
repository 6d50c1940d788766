"""Light module of what core itself brings; it goes through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins.hookspecs import hookimpl
from rates_core.plugins.specs import AnalysisSpec, CommandSpec, ExecutorSpec, FormatSpec, Option, SolverSpec

rates_api = (1, 0)


@hookimpl
def rates_solvers() -> Iterable[SolverSpec]:
    """Yield the Runge-Kutta methods in the box; `rates-runge-kutta` brings more."""
    yield SolverSpec(
        name="euler",
        target="rates_core.solvers.tableaus:EULER",
        kind="tableau",
        order=1,
        adaptive=False,
        delays=frozenset({"ring"}),
        noise="multiplicative",
        events=True,
        summary="Forward Euler; with noise, Euler-Maruyama",
    )
    yield SolverSpec(
        name="heun",
        target="rates_core.solvers.tableaus:HEUN",
        kind="tableau",
        order=2,
        adaptive=False,
        delays=frozenset({"ring"}),
        noise="additive",
        events=True,
        summary="Heun's method of two stages",
    )
    yield SolverSpec(
        name="rk4",
        target="rates_core.solvers.tableaus:RK4",
        kind="tableau",
        order=4,
        adaptive=False,
        delays=frozenset({"ring"}),
        noise="additive",
        events=True,
        summary="The classical Runge-Kutta method of four stages",
    )


@hookimpl
def rates_analyses() -> Iterable[AnalysisSpec]:
    """Yield the analyses in the box."""
    yield AnalysisSpec("sweep", "rates_core.sweeps.analysis:sweep", summary="Runs at many points, a reduction of each")


@hookimpl
def rates_executors() -> Iterable[ExecutorSpec]:
    """Yield the executors in the box."""
    workers = Option("workers", None, "how many run at a time; one per core by default")
    yield ExecutorSpec("serial", "rates_core.sweeps.serial:Serial", summary="One point after another, in this process")
    yield ExecutorSpec(
        "threads", "rates_core.sweeps.pool:Threads", summary="In threads of this process", options=[workers]
    )
    yield ExecutorSpec("processes", "rates_core.sweeps.pool:Processes", summary="In processes", options=[workers])


@hookimpl
def rates_formats() -> Iterable[FormatSpec]:
    """Yield the format of model files."""
    yield FormatSpec(
        name="yaml",
        suffixes=(".yaml", ".yml"),
        reader="rates_core.yaml.reader:load",
        writer="rates_core.yaml.writer:write",
        summary="Model files of rates",
    )


@hookimpl
def rates_commands() -> Iterable[CommandSpec]:
    """Yield the commands in the box."""
    yield _command("run", "Run a model file and write what it records")
    yield _command("show", "Report what a model is and where it is from")
    yield _command("plugins", "List what is installed and its state")
    yield _command("check", "Test a backend, a solver or a delay strategy against its claims")
    yield _command("new", "Write the package of a plugin, to be edited from there")
    yield _command("export", "Write a model as a folder that runs alone, or as source code of a backend")
    yield _command("convert", "Write a model in another format")
    yield _command("models", "List the models of installed libraries")
    yield _command("completion", "Print the script that completes command lines")
    yield _command("backends", "List the backends, or those that can run a model")
    yield _command("solvers", "List the solvers and what they claim")


def _command(name: str, summary: str) -> CommandSpec:
    """Return the command of a module of its name."""
    return CommandSpec(name, f"rates_core.cli.{name}:Command", summary=summary)
