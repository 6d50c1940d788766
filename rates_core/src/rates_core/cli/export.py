"""`rates export`: write a model as a folder that runs alone, or its right-hand side as source of a backend."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rates_core.cli.arguments import (
    FILE,
    add_backend,
    add_json,
    add_model,
    add_options,
    add_reader,
    add_solver,
    add_step,
    add_values,
)
from rates_core.cli.assignments import options_of, values_of
from rates_core.cli.printing import json_text
from rates_core.cli.sources import circuit_of
from rates_core.cli.start_values import calls_in_python, start_values, text_of
from rates_core.errors import ArgumentError
from rates_core.files import replace

if TYPE_CHECKING:
    from rates_core.simulation.functions import RunFunction

EPILOG = """\
A name without an ending is a folder: source, a run of fixed steps, parameters and a README, which need the language
of the backend alone; result.csv, which the run writes, has the rows of 'rates run'.

A name with an ending is a file: the right-hand side as source, and beside it a file that ends in _start.json, with the
values of all arguments at the start. A file that was generated before is replaced; any other is kept. A solver with
fixed steps gets a function that reads delayed variables from a buffer on the grid of steps, any other solver one that
reads them from a function of time.

examples:
  rates export model_templates.neural_mass_models.qif.qif --time 40 --step 1e-3 --backend fortran -o qif
  rates export model_templates.neural_mass_models.qif.qif --step 1e-3 --solver scipy -o qif_field.py"""


class Command:
    """Export a model."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the model, its values, backend, solver, the name of the function and the file."""
        parser.epilog = EPILOG
        add_model(parser)
        add_reader(parser)
        add_step(parser, "step of fixed-step solvers; grid of buffers and inputs")
        add_values(parser)
        add_solver(parser)
        add_backend(parser)
        add_options(parser)
        add = parser.add_argument
        add("-o", "--output", required=True, metavar=FILE, help="folder, or with an ending: file for the source")
        add("--time", "--duration", type=float, metavar="T", help="of a folder: time at the end of the run")
        add("--sampling", type=float, metavar="H", help="of a folder: distance of rows, by default the step")
        add("--force", action="store_true", help="of a folder: replace generated files in one that has files")
        add("--name", metavar="NAME", help="of a file: name of the function, by default that of the file")
        add_json(parser, instead_of="what was written and how to use it")

    def execute(self, arguments: Namespace) -> int:
        """Write a folder or both files, and say how to use them; nothing is written before all is checked."""
        _check_arguments(arguments)
        return _folder(arguments) if _is_folder(arguments) else self._files(arguments)

    def _files(self, arguments: Namespace) -> int:
        from rates_core.simulation.choice import chosen_backend
        from rates_core.simulation.written import check_no_folder

        backend = chosen_backend(arguments.backend)
        source = Path(arguments.output)
        check_no_folder(source)
        name = _function_name(arguments.name, source)
        values = source.with_name(f"{source.stem}_start.json")
        made, content = _written(arguments, source, name, values)
        data = {
            "files": [str(made.file), str(values)],
            "function": name,
            "backend": backend.name,
            "language": backend.language,
            "arguments": list(made.arg_names),
            **{key: content[key] for key in ("parameters", "states", "notes")},
        }
        print(json_text(data) if arguments.json else "\n".join(_lines(made, data)))
        return 0


def _is_folder(arguments: Namespace) -> bool:
    return not Path(arguments.output).suffix


def _check_arguments(arguments: Namespace) -> None:
    """Check that arguments belong to what is written.

    Raises:
        ArgumentError: one is missing, or belongs to the other.
    """
    if _is_folder(arguments):
        if arguments.name is not None:
            raise ArgumentError("--name belongs to a file: give --output an ending, such as .py.")
        if arguments.time is None:
            raise ArgumentError(
                f"'{arguments.output}' has no ending, so it is a folder, which holds a run: how long is it? Give "
                "--time; or an ending, for a file with the right-hand side alone."
            )
        return
    for name in ("time", "sampling", "force"):
        if getattr(arguments, name) not in (None, False):
            raise ArgumentError(f"--{name} belongs to a folder; '{arguments.output}' has an ending, so it is a file.")


def _folder(arguments: Namespace) -> int:
    circuit = circuit_of(arguments.model, arguments).update_var(*values_of(arguments.set))
    model = circuit.compile(
        step_size=arguments.step,
        simulation_time=arguments.time,
        sampling_step_size=arguments.sampling,
        backend=arguments.backend,
        solver=arguments.solver,
        **options_of(arguments.option),
    )
    files = [str(path) for path in model.to_file(arguments.output, replace=arguments.force)]
    print(json_text({"files": files}) if arguments.json else Path(files[0]).read_text(encoding="utf-8").rstrip())
    return 0


def _function_name(given: str | None, file: Path) -> str:
    """Return the name of the function.

    Raises:
        ArgumentError: none was given, and that of the file is no name of a function.
    """
    if given is None and not file.stem.isidentifier():
        raise ArgumentError(f"'{file.stem}' is no name that a function can have. Give it one with --name.")
    return file.stem if given is None else given


def _written(arguments: Namespace, source: Path, name: str, values: Path) -> tuple[RunFunction, dict[str, Any]]:
    """Write both files; return the function and what the file of values says."""
    from rates_core.simulation.functions import get_run_func
    from rates_core.simulation.written import check_generated

    check_generated(values)
    circuit = circuit_of(arguments.model, arguments).update_var(*values_of(arguments.set))
    made = get_run_func(
        circuit,
        name,
        arguments.step,
        file_name=str(source),
        backend=arguments.backend,
        solver=arguments.solver,
        **options_of(arguments.option),
    )
    content = start_values(made, circuit.name, name)
    try:
        replace(values, text_of(content).encode())
    except OSError as error:
        raise ArgumentError(f"'{values}' cannot be written: {error.strerror}.") from error
    return made, content


def _lines(made: RunFunction, data: dict[str, Any]) -> list[str]:
    source, values = data["files"]
    lines = [
        f"{source}: {data['function']}({', '.join(data['arguments'])}), {data['language']}",
        f"{values}: the values of these arguments at the start",
    ]
    if data["language"] != "Python":
        return lines
    return [*lines, "", "To call it:", "", *calls_in_python(made, data["function"], Path(source), Path(values))]
