"""`rates backends`: the installed backends, and which of them can run a model with which solver."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rates_core.cli.arguments import MODEL, add_json, add_reader
from rates_core.cli.printing import json_text, table
from rates_core.cli.solvers import option_data
from rates_core.cli.sources import circuit_of
from rates_core.errors import ArgumentError
from rates_core.plugins.capabilities import Capabilities
from rates_core.plugins.manager import get_manager
from rates_core.plugins.specs import BackendSpec
from rates_core.plugins.status import tool_missing

if TYPE_CHECKING:
    from rates_core.simulation.suitability import Suitability

HEADINGS = ("BACKEND", "LANGUAGE", "STATUS", "FROM", "SUMMARY")
NONE_INSTALLED = "No backend is installed. Install one, for example with: pip install rates-numpy."

EPILOG = """\
examples:
  rates backends
  rates backends --for model_templates.systems.mackey_glass.mg"""


class Command:
    """List the backends."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the model and `--json`."""
        parser.epilog = EPILOG
        parser.add_argument(
            "--for", dest="model", metavar=MODEL, help="show which backends can run this model with which solvers"
        )
        add_reader(parser)
        add_json(parser)

    def execute(self, arguments: Namespace) -> int:
        """Print the list, or what can run the model; nothing is run."""
        if arguments.model is None and (arguments.reader is not None or arguments.reader_options):
            raise ArgumentError("--from and --from-option say how the file of --for is read; there is none.")
        if arguments.model is None:
            backends = list(get_manager().backends().values())
            data: dict[str, Any] = {"backends": [_data(spec) for spec in backends]}
            text = table(HEADINGS, map(_cells, backends))
        else:
            name, found = _suitability(arguments)
            data = {"model": name, "backends": [_fitness(item) for item in found]}
            text = table(("BACKEND", f"RUNS {name} WITH"), ([item.backend, "\n".join(_lines(item))] for item in found))
        print(json_text(data) if arguments.json else text if data["backends"] else NONE_INSTALLED)
        return 0


def _suitability(arguments: Namespace) -> tuple[str, list[Suitability]]:
    from rates_core.simulation.suitability import suitability

    circuit = circuit_of(arguments.model, arguments)
    return circuit.name, suitability(circuit)


def _fitness(item: Suitability) -> dict[str, Any]:
    return {
        "name": item.backend,
        "solvers": list(item.solvers),
        "missing": list(item.missing),
        "unfit": {solver: list(missing) for solver, missing in item.unfit.items()},
    }


def _lines(item: Suitability) -> Iterator[str]:
    """Yield the solvers that can, then those that cannot, together where the same is missing."""
    yield ", ".join(item.solvers) or f"no solver; missing: {', '.join(item.missing) or 'see below'}"
    if item.missing:
        return
    reasons: dict[tuple[str, ...], list[str]] = {}
    for solver, missing in item.unfit.items():
        reasons.setdefault(missing, []).append(solver)
    for missing, solvers in reasons.items():
        yield f"not with {', '.join(solvers)}; missing: {', '.join(missing)}"


def _cells(spec: BackendSpec) -> list[str]:
    missing = tool_missing(spec)
    claims = ", ".join(_claims(spec.capabilities))
    lines = [spec.summary, f"claims: {claims}", *([missing] if missing else [])]
    return [spec.name, spec.language, "unavailable" if missing else "ready", spec.distribution, "\n".join(lines)]


def _claims(capabilities: Capabilities) -> Iterator[str]:
    """Yield what a backend claims, in words."""
    yield from capabilities.dtypes
    yield f"connections ({', '.join(sorted(capabilities.projections))})"
    noise = {"": "", "additive": "additive noise", "multiplicative": "noise"}[capabilities.noise]
    words = {
        "complex numbers": capabilities.complex,
        "populations": capabilities.vector,
        "delays": bool(capabilities.delays),
        noise: bool(noise),
        "events": capabilities.events,
        "derivative matrices": capabilities.jacobian,
        "fused loops": capabilities.fused,
        "batches": capabilities.batch,
        "derivatives of runs": bool(capabilities.differentiation),
        "source files": capabilities.files,
        "vector fields": capabilities.field,
    }
    yield from (word for word, claimed in words.items() if claimed)


def _data(spec: BackendSpec) -> dict[str, Any]:
    claims = spec.capabilities
    return {
        "name": spec.name,
        "summary": spec.summary,
        "distribution": spec.distribution,
        "language": spec.language,
        "missing_tool": tool_missing(spec),
        "requires": list(spec.requires),
        "options": [option_data(option) for option in spec.options],
        "claims": {
            "dtypes": list(claims.dtypes),
            "devices": list(claims.devices),
            "complex": claims.complex,
            "vector": claims.vector,
            "projections": sorted(claims.projections),
            "delays": sorted(claims.delays),
            "noise": claims.noise,
            "events": claims.events,
            "functions": None if claims.functions is None else sorted(claims.functions),
            "differentiation": sorted(claims.differentiation),
            "jacobian": claims.jacobian,
            "batch": claims.batch,
            "fused": claims.fused,
            "files": claims.files,
            "field": claims.field,
        },
    }
