"""`rates export`: write a model's right-hand side as source of a backend, with the values that it is called with."""

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
    add_solver,
    add_step,
    add_values,
)
from rates_core.cli.assignments import options_of, values_of
from rates_core.cli.printing import json_text
from rates_core.cli.start_values import calls_in_python, start_values, text_of
from rates_core.errors import ArgumentError
from rates_core.files import replace

if TYPE_CHECKING:
    from rates_core.simulation.functions import RunFunction

EPILOG = """\
Two files are written: the source, which runs without rates, and beside it one that ends in _start.json, with the
values of all arguments at the start. A file that was generated before is replaced; any other is kept. A solver with
fixed steps gets a function that reads delayed variables from a buffer on the grid of steps, any other solver one that
reads them from a function of time.

example:
  rates export model_templates.neural_mass_models.qif.qif --step 1e-3 --solver scipy --output qif_field.py"""


class Command:
    """Export a model."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the model, its values, backend, solver, the name of the function and the file."""
        parser.epilog = EPILOG
        add_model(parser)
        add_step(parser, "step of fixed-step solvers; grid of buffers and inputs")
        add_values(parser)
        add_solver(parser)
        add_backend(parser)
        add_options(parser)
        parser.add_argument("--output", required=True, metavar=FILE, help="file for the source")
        parser.add_argument("--name", metavar="NAME", help="name of the function, by default that of the file")
        add_json(parser, instead_of="what was written and how to call it")

    def execute(self, arguments: Namespace) -> int:
        """Write both files and say how to call the function; nothing is written before all is checked."""
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
    from rates_core.templates.circuit import CircuitTemplate

    check_generated(values)
    circuit = CircuitTemplate.from_yaml(arguments.model).update_var(*values_of(arguments.set))
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
