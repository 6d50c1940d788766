"""The plugin manager: everything that is installed, found by kind and name."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TypeVar

from rates_core.errors import PluginError
from rates_core.plugins.capabilities import Requirements, unsupported
from rates_core.plugins.discovery import Plugin, load_plugins
from rates_core.plugins.fields import check_kind
from rates_core.plugins.kinds import KIND_OF_SPEC, KINDS
from rates_core.plugins.lookup import ambiguous_name, unknown_name
from rates_core.plugins.specs import (
    AnalysisSpec,
    BackendSpec,
    CommandSpec,
    DelayStrategySpec,
    ExecutorSpec,
    FormatSpec,
    ModelLibrarySpec,
    SolverSpec,
    Spec,
)
from rates_core.plugins.status import PluginStatus, has_its_tool, status_of

S = TypeVar("S", bound=Spec)


class PluginManager:
    """All that installed distributions offer; they are loaded once, when something is first asked for.

    `backend(name)` and its like return one descriptor, or raise an `UnknownNameError`, an `AmbiguousPluginError`
    or, if the distribution that brings the name is installed and not active, a `PluginError`. `backends()` and its
    like return what can be used, by name: a name that two distributions offer is not in it.

    Example:
        >>> from rates_core.plugins import get_manager
        >>> get_manager().solver("rk4").order
        4
    """

    def __init__(self) -> None:
        self._loading = False

    def backend(self, name: str) -> BackendSpec:
        """Return the backend of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().backend("numpy").language
            'Python'
        """
        return self._one(BackendSpec, name)

    def backends(self) -> dict[str, BackendSpec]:
        """Return the backends by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> "numpy" in get_manager().backends()
            True
        """
        return self._all(BackendSpec)

    def solver(self, name: str) -> SolverSpec:
        """Return the solver of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().solver("heun").order
            2
        """
        return self._one(SolverSpec, name)

    def solvers(self) -> dict[str, SolverSpec]:
        """Return the solvers by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> "euler" in get_manager().solvers()
            True
        """
        return self._all(SolverSpec)

    def delay_strategy(self, name: str) -> DelayStrategySpec:
        """Return the delay strategy of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().delay_strategy("gamma").kind
            'augment'
        """
        return self._one(DelayStrategySpec, name)

    def delay_strategies(self) -> dict[str, DelayStrategySpec]:
        """Return the delay strategies by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> "gamma" in get_manager().delay_strategies()
            True
        """
        return self._all(DelayStrategySpec)

    def analysis(self, name: str) -> AnalysisSpec:
        """Return the analysis, engine or fitter of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().analysis("no such")
            Traceback (most recent call last):
                ...
            rates_core.errors.UnknownNameError: There is no analysis 'no such'. ...
        """
        return self._one(AnalysisSpec, name)

    def analyses(self) -> dict[str, AnalysisSpec]:
        """Return the analyses, engines and fitters by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> isinstance(get_manager().analyses(), dict)
            True
        """
        return self._all(AnalysisSpec)

    def executor(self, name: str) -> ExecutorSpec:
        """Return the executor of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().executor("no such")
            Traceback (most recent call last):
                ...
            rates_core.errors.UnknownNameError: There is no executor 'no such'. ...
        """
        return self._one(ExecutorSpec, name)

    def executors(self) -> dict[str, ExecutorSpec]:
        """Return the executors by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> isinstance(get_manager().executors(), dict)
            True
        """
        return self._all(ExecutorSpec)

    def model_library(self, name: str) -> ModelLibrarySpec:
        """Return the model library of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().model_library("model_templates").package
            'rates_models'
        """
        return self._one(ModelLibrarySpec, name)

    def model_libraries(self) -> dict[str, ModelLibrarySpec]:
        """Return the model libraries by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> "model_templates" in get_manager().model_libraries()
            True
        """
        return self._all(ModelLibrarySpec)

    def format(self, name: str) -> FormatSpec:
        """Return the format of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().format("yaml").suffixes
            ('.yaml', '.yml')
        """
        return self._one(FormatSpec, name)

    def formats(self) -> dict[str, FormatSpec]:
        """Return the formats by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> "yaml" in get_manager().formats()
            True
        """
        return self._all(FormatSpec)

    def command(self, name: str) -> CommandSpec:
        """Return the command of this name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().command("run").name
            'run'
        """
        return self._one(CommandSpec, name)

    def commands(self) -> dict[str, CommandSpec]:
        """Return the commands by name.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> "run" in get_manager().commands()
            True
        """
        return self._all(CommandSpec)

    def statuses(self) -> list[PluginStatus]:
        """Return what became of every installed distribution; this asks the probes for missing tools.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> {status.distribution: status.status for status in get_manager().statuses()}["rates-scipy"]
            'active'
        """
        return [status_of(plugin) for plugin in self._plugins]

    def require(self, spec: BackendSpec | SolverSpec, requirements: Requirements) -> None:
        """Raise an `UnsupportedFeatureError` if a backend or solver does not claim what a model requires.

        Example:
            >>> from rates_core.plugins import Requirements, get_manager
            >>> get_manager().require(get_manager().backend("numpy"), Requirements(complex=True))
        """
        check_kind("spec", spec, BackendSpec, SolverSpec)
        absent = _missing(spec, requirements)
        if absent:
            kind: type[BackendSpec | SolverSpec] = BackendSpec if isinstance(spec, BackendSpec) else SolverSpec
            others = self._all(kind).values()
            able = [other.name for other in others if not _missing(other, requirements) and has_its_tool(other)]
            raise unsupported(KIND_OF_SPEC[kind].singular, spec.name, absent, able)

    @cached_property
    def _plugins(self) -> list[Plugin]:
        if self._loading:
            raise PluginError("it asks for plugins while plugins are being loaded; it may do so only when it is used")
        self._loading = True
        try:
            return load_plugins()
        finally:
            self._loading = False

    @cached_property
    def _offers(self) -> dict[type[Spec], dict[str, list[Spec]]]:
        """All descriptors by class and name; more than one for a name is an ambiguity, reported on use."""
        offers: dict[type[Spec], dict[str, list[Spec]]] = {kind.spec: {} for kind in KINDS}
        for plugin in self._plugins:
            for spec in plugin.specs:
                offers[type(spec)].setdefault(spec.name, []).append(spec)
        return offers

    def _one(self, spec_class: type[S], name: str) -> S:
        check_kind("name", name, str)
        kind = KIND_OF_SPEC[spec_class]
        found = self._offers[spec_class].get(name, [])
        if not found:
            raise unknown_name(kind, name, list(self._offers[spec_class]), self._plugins)
        if len(found) > 1:
            raise ambiguous_name(kind, name, [spec.distribution for spec in found])
        return _as(spec_class, found[0])

    def _all(self, spec_class: type[S]) -> dict[str, S]:
        offers = self._offers[spec_class]
        return {name: _as(spec_class, found[0]) for name, found in sorted(offers.items()) if len(found) == 1}


@cache
def get_manager() -> PluginManager:
    """Return the manager of this process; its content comes from what is installed and from the environment only.

    Example:
        >>> from rates_core.plugins import get_manager
        >>> get_manager() is get_manager()
        True
    """
    return PluginManager()


def model_libraries() -> dict[str, ModelLibrarySpec]:
    """Return the installed model libraries by name.

    Example:
        >>> from rates_core.plugins import model_libraries
        >>> "model_templates" in model_libraries()
        True
    """
    return get_manager().model_libraries()


def _as(spec_class: type[S], spec: Spec) -> S:
    assert isinstance(spec, spec_class)  # by construction of the table of offers
    return spec


def _missing(spec: BackendSpec | SolverSpec, requirements: Requirements) -> tuple[str, ...]:
    claims = spec.capabilities if isinstance(spec, BackendSpec) else spec
    return claims.missing(requirements)
