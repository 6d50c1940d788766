"""Write a compiled model as a folder that runs with its language alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve

from rates_core.delays.prehistory import PreHistory
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.expressions.tree import Symbol
from rates_core.files import can_be
from rates_core.plugins import get_manager
from rates_core.programs.folder import Column, Folder, FolderRequest, Past
from rates_core.programs.naming import one_line
from rates_core.programs.program import Backend, FunctionRequest, slot_paths
from rates_core.reports.mark import MARK
from rates_core.simulation.outputs import Recording
from rates_core.simulation.requirements import requirements_of
from rates_core.simulation.written import write_files
from rates_core.system.linearisation import Block, Linearisation
from rates_core.system.system import System

if TYPE_CHECKING:
    from rates_core.simulation.compile import CompiledModel
    from rates_core.simulation.execution import Run, RunRequest

FIELD, COMPUTED = "field", "computed"
README = "README.md"


def to_folder(model: CompiledModel, request: RunRequest, folder: Path, replace: bool) -> tuple[Path, ...]:
    """Write the files of a run; nothing is written before all is known to be possible. See `CompiledModel.to_file`."""
    from rates_core.simulation.execution import prepared

    _check_place(folder, replace)
    _check_model(model)
    maker: Backend = model.choice.backend.load()()
    wanted = _request(maker, prepared(model, request, bind=False))
    made = maker.folder(wanted)
    if made is None:
        raise UnsupportedFeatureError(
            f"The backend '{model.choice.backend.name}' writes no folders. get_run_func(file_name=...) writes the "
            "right-hand side alone."
        )
    texts = {README: _readme(wanted, made), **made.texts}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"'{folder}' cannot be made: {error.strerror}.") from error
    return write_files(folder, texts, replace_all=replace)


def _check_place(folder: Path, replace: bool) -> None:
    """Check that a folder can be made, or may be written into.

    Raises:
        ArgumentError: there is a file of that name, or a folder that has files.
    """
    if "\0" in str(folder):
        raise ArgumentError(f"'{folder}' cannot be made: no name of a file holds a zero byte.")
    if can_be(folder.is_file):
        raise ArgumentError(f"'{folder}' is a file; name a folder.")
    if not replace and can_be(folder.is_dir) and any(folder.iterdir()):
        raise ArgumentError(
            f"The folder '{folder}' has files. Choose another one, or ask for the generated files in it to be replaced "
            "(replace=True; --force): others are left alone."
        )


def _check_model(model: CompiledModel) -> None:
    """Check that there is a run that a script can take.

    Raises:
        UnsupportedFeatureError: there is none.
    """
    system, name = model.system, model.recipe.name
    if not model.choice.fixed:
        raise UnsupportedFeatureError(
            f"A folder holds a run of fixed steps; the solver '{model.choice.solver.name}' chooses its own. Take "
            "euler, heun or rk4; the functions in the folder serve any solver."
        )
    if system.draws:
        raise UnsupportedFeatureError(
            f"'{name}' has noise, which a folder does not hold: its numbers are drawn by rates."
        )
    if system.updates:
        raise UnsupportedFeatureError(f"'{name}' has events, which a folder does not hold.")
    if system.inputs:
        raise UnsupportedFeatureError(
            f"'{name}' was compiled with the input '{system.inputs[0].key}', and a folder holds no external inputs. "
            "Compile it without; the input is a parameter then, or make it an equation of t."
        )
    needed = requirements_of(system, model.choice.solver.storage, model.recipe.float_precision)
    get_manager().require(model.choice.backend, evolve(needed, files=True))
    if model.recipe.float_precision != "float64":
        raise UnsupportedFeatureError("A folder computes in float64. Compile the model with float_precision='float64'.")
    if slot_paths(system) and set(slot_paths(system)) & system.complex_symbols:
        raise UnsupportedFeatureError(f"'{name}' has delays of complex variables, which a folder does not hold.")


def _request(maker: Backend, run: Run) -> FolderRequest:
    """Return what a backend is asked for."""
    model, system = run.model, run.model.system
    assert model.choice.tableau is not None
    recorded = map(model.recording.whole, range(len(model.recording.paths)))
    wanted = list(dict.fromkeys([*slot_paths(system), *recorded]))
    computed = [path for path in wanted if path not in system.state_paths]
    step = run.grid.step_size
    for path in computed:
        if path in system.complex_symbols:
            raise UnsupportedFeatureError(f"'{path}' is computed and complex; a folder records complex states only.")
    if system.reads and min(float(np.min(delay)) for delay in run.delays) < step:
        raise UnsupportedFeatureError(
            f"'{model.recipe.name}' has a delay that is shorter than the step ({step!r}), which a folder does not "
            "hold. Take a shorter step."
        )
    sources = [maker.function(FunctionRequest(system, FIELD, step_size=step))]
    if computed:
        sources.append(maker.function(_values(system, computed, step)))
    places = _places(system, computed)
    paths = dict.fromkeys(path for source in sources for path in (*source.parameters, *source.bound))
    return FolderRequest(
        title=model.recipe.name,
        system=system,
        tableau=model.choice.tableau,
        step_size=step,
        steps=(run.grid.rows - 1) * run.grid.stride,
        stride=run.grid.stride,
        field=sources[0],
        field_name=FIELD,
        computed=sources[1] if computed else None,
        computed_name=COMPUTED,
        parameters={path: run.arguments[path] for path in paths},
        start=np.array(run.carry.y, dtype=float),
        columns=tuple(_columns(model.recording, system, places)),
        past=None if not system.reads else _past(system, places, run.past),
    )


def _values(system: System, paths: Sequence[str], step: float) -> FunctionRequest:
    """Return the request for a function of the values of variables, one behind the other."""
    blocks = []
    for path in paths:
        size = _size(system, path)
        blocks.append(Block(np.arange(size), np.zeros(size, dtype=int), Symbol(path)))
    values = Linearisation(system, tuple(blocks), (sum(len(block.rows) for block in blocks), 1), ())
    about = ", ".join(paths)
    return FunctionRequest(system, COMPUTED, values, sparse=True, step_size=step, about=about)


def _size(system: System, path: str) -> int:
    return int(np.prod(system.shapes[path], dtype=int))


def _places(system: System, computed: Sequence[str]) -> dict[str, tuple[bool, int, int]]:
    """Return for each variable whether it is computed, its first place and the one behind its last."""
    found = {state.path: (False, state.offset, state.offset + state.width) for state in system.states}
    first = 0
    for path in computed:
        found[path] = (True, first, first + _size(system, path))
        first = found[path][2]
    return found


def _columns(recording: Recording, system: System, places: Mapping[str, tuple[bool, int, int]]) -> list[Column]:
    """Return the columns of the result, a complex variable as two."""
    columns = []
    for output in recording.outputs:
        path, units = recording.whole(output.recorded), recording.entries(output)
        computed, first, stop = places[path]
        parts = 2 if path in system.complex_symbols else 1
        count = (stop - first) // parts
        entries = np.arange(count) if units is None else np.arange(count)[units]
        entries = np.broadcast_to(entries, (len(output.names),)) if len(entries) == 1 else entries
        for name, entry in zip(output.names, entries.tolist(), strict=True):
            label = output.key if output.alone else f"{output.key}/{name}/{output.variable}"
            endings = ("",) if parts == 1 else (" (real)", " (imaginary)")
            columns += [Column(label + end, first + parts * entry + part, computed) for part, end in enumerate(endings)]
    return columns


def _past(system: System, places: Mapping[str, tuple[bool, int, int]], past: PreHistory | None) -> Past:
    """Return what is remembered.

    Raises:
        UnsupportedFeatureError: a variable was a function of time before the start.
    """
    assert past is not None
    slots = list(slot_paths(system))
    for slot in slots:
        if slot in past.functions:
            raise UnsupportedFeatureError(f"The past of '{slot}' is a function of time, which a folder does not hold.")
    before = np.concatenate(
        [np.atleast_1d(np.broadcast_to(past.value(slot, 0.0), system.shapes[slot])) for slot in slots]
    )
    return Past(tuple(places[slot] for slot in slots), before.astype(float), tuple(slots))


def _readme(request: FolderRequest, made: Folder) -> str:
    """Return ten lines for people."""
    end = request.steps * request.step_size
    files = [f"* `{name}`: {about}." for name, about in made.about.items()]
    lines = [
        f"# {one_line(request.title)}: {MARK}",
        "",
        f"A model and its run by {request.tableau.name}, from t = 0 to {end!r} in steps of {request.step_size!r}.",
        *files,
        "",
        f"It needs {made.needs}. To run it, here: " + ", ".join(f"`{command}`" for command in made.run) + ".",
        "It prints the last row; all of them are in `result.csv`, with all digits.",
    ]
    if request.past is not None:
        lines.append("Past values between steps are cubic interpolations; no delay may be shorter than the step.")
    return "\n".join(lines) + "\n"
