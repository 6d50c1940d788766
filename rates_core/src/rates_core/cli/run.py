"""`rates run`: load a model, run it, and print, save or plot what it records."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from rates_core.cli import summary
from rates_core.cli.arguments import (
    FILE,
    METHOD,
    add_backend,
    add_force,
    add_json,
    add_model,
    add_options,
    add_reader,
    add_solver,
    add_step,
    add_values,
)
from rates_core.cli.assignments import values_of
from rates_core.cli.files import check_plot, check_save, plot, save
from rates_core.cli.settings import Settings, settings_of
from rates_core.cli.signals import inputs_of
from rates_core.cli.sources import experiment_of
from rates_core.errors import ArgumentError, SimulationError

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate

USAGE = "rates run MODEL [--time T] [--step H] [--output KEY=PATH ...] [--save FILE] [--plot FILE] [...]"

EPILOG = """\
Times are in the model's units. PATH is node/operator/variable, for example p/qif_op/r; 'all' stands for every node, and
source->target/weight is the weight of an edge. EXPR is an expression of t in the language of equations, for example
"3*(t > 10)". Where a file says how it is run, as those of XPPAUT, TVBO and LEMS do, that holds for what the command
line does not say, and is printed.

example:
  rates run model_templates.neural_mass_models.qif.qif --time 40 --step 1e-3 \\
      --input "p/qif_op/I_ext=3*(t > 10)" --output r=p/qif_op/r --save rates.csv"""


class Command:
    """Run a model file and write what it records."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the model, times, values, inputs, outputs, the method and the files."""
        parser.usage, parser.epilog = USAGE, EPILOG
        add_model(parser)
        group = parser.add_argument_group("what is run")
        add_reader(group)
        add = group.add_argument
        add("--time", "--duration", type=float, metavar="T", help="time at the end of the run")
        add_step(group, "step of fixed-step solvers; grid of the inputs", required=False)
        add_values(group)
        add(
            "--input",
            action="append",
            default=[],
            metavar="PATH=FILE|EXPR",
            help="a .csv or .npy file, or an EXPR of t",
        )
        add("--seed", type=int, metavar="N", help="seed of random numbers")
        group = parser.add_argument_group("how it is run")
        add_solver(group, default=None)
        group.add_argument("--method", metavar=METHOD, help="method of a solver that offers several")
        add_backend(group)
        add_options(group)
        group = parser.add_argument_group("what comes out")
        add = group.add_argument
        add(
            "--output",
            action="append",
            default=[],
            metavar="[KEY=]PATH",
            help="what is recorded; by default all states",
        )
        add("--sampling", type=float, metavar="H", help="distance of rows, by default the step")
        add("--cutoff", type=float, metavar="T", help="rows before this time are left out")
        add("--save", metavar=FILE, help="write the rows to a .csv or .npz file")
        add("--plot", metavar=FILE, help="draw the rows into a .png, .pdf or .svg file")
        add_force(group)
        add_json(group, instead_of="the first and last rows")

    def execute(self, arguments: Namespace) -> int:
        """Run the model; nothing is computed before all arguments are checked, and no file is lost."""
        check_save(arguments.save, arguments.force)
        check_plot(arguments.plot, arguments.force)
        experiment = experiment_of(arguments.model, arguments)
        circuit, settings = experiment.circuit, settings_of(experiment, arguments)
        nodes, edges = values_of(arguments.set)
        circuit.update_var(nodes, edges)
        try:
            frame = _run(circuit, settings, arguments)
        except SimulationError as error:
            if error.result is not None:
                _keep(circuit.name, settings, error.result, arguments)
                error.advice = _advice(arguments)
            raise
        except KeyboardInterrupt as interrupt:
            if hasattr(interrupt, "result"):
                _keep(circuit.name, settings, interrupt.result, arguments)
            raise
        _keep(circuit.name, settings, frame, arguments)
        if arguments.save is None and arguments.plot is None and not arguments.json:
            print(summary.ends(circuit.name, frame))
        return 0


def _run(circuit: CircuitTemplate, settings: Settings, arguments: Namespace) -> pd.DataFrame:
    """Run the circuit, and say before what of it the file says."""
    said = settings.arguments
    inputs = inputs_of(arguments.input, said["simulation_time"], said["step_size"])
    if settings.from_file and not arguments.json:
        print(settings.line(arguments.model), flush=True)
    return circuit.run(**{**said, "inputs": {**(said.get("inputs") or {}), **inputs} or None})


def _advice(arguments: Namespace) -> str:
    """Say where what was recorded until the end is, in place of what is said to programs."""
    files = [path for path in (arguments.save, arguments.plot) if path is not None]
    kept = f"is in {' and '.join(files)}" if files else "is kept with --save FILE"
    if arguments.json and not files:
        kept = "is in the output"
    return f"What was recorded until then {kept}. Try a smaller --step or another --solver."


def _keep(name: str, settings: Settings, frame: pd.DataFrame, arguments: Namespace) -> None:
    """Write the files that were asked for, and say so."""
    files = []
    for path, write in ((arguments.save, save), (arguments.plot, plot)):
        if path is not None:
            try:
                write(frame, path)
            except OSError as error:
                raise ArgumentError(f"'{path}' cannot be written: {error.strerror or error}.") from error
            files.append(path)
    if arguments.json:
        print(summary.data(name, frame, files, settings.data()))
    else:
        for path in files:
            print(f"{path}: {summary.extent(frame)}")
