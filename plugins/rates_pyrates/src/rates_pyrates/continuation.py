"""Curves of solutions by the calls that users of PyCoBi know, of circuits of scripts."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from rates_pyrates.auto_names import names_of
from rates_pyrates.template import unwrapped
from rates_pyrates.written import circuit_of

_Known: Any = import_module("rates_continuation").ODESystem


class ODESystem(_Known):  # type: ignore[misc]
    """Equations whose solutions are followed; see `rates_continuation.ODESystem`.

    `eq_file` is a circuit, its path, or the name of files that `get_run_func(auto=True)` wrote in this process.
    """

    additional_attributes: dict[str, Any]

    def __init__(
        self, eq_file: Any = None, working_dir: str | Path | None = None, *arguments: Any, **keywords: Any
    ) -> None:
        known = circuit_of(eq_file, Path(working_dir or ".")) if isinstance(eq_file, str) else None
        self._by_component: dict[str, str] | None = None
        super().__init__(unwrapped(eq_file) if known is None else known, working_dir, *arguments, **keywords)

    @classmethod
    def from_template(cls, template: Any, *arguments: Any, **keywords: Any) -> Any:
        """Return the system of a circuit, which stays as it is."""
        return super().from_template(unwrapped(template), *arguments, **keywords)

    def _named(self, model: Any) -> Any:
        """Return the names and numbers that parameters and states have in PyRates' files for Auto-07p."""
        names = super()._named(model)
        return names.renamed(*names_of(model, names.values, names.states))

    @property
    def _var_map_inv(self) -> dict[str, str]:
        """Return what tables call parameters and states, by what Auto-07p calls them; tvbo asks for it."""
        if self._by_component is None:
            names = self.names
            components = {f"PAR({number})": names.shown(path) for number, path in names.parameters.items()}
            components |= {f"U({number})": names.shown(path) for number, path in enumerate(names.states, 1)}
            self._by_component = components | {name: name for name in components.values()}
        return self._by_component
