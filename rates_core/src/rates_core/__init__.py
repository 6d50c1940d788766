"""Define a dynamical system once and run it on any backend: templates, network, system, plugin hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rates_core.lazy import lazy_exports

if TYPE_CHECKING:
    from rates_core.compatibility import clear, clear_frontend_caches, grid_search, integrate
    from rates_core.errors import (
        AmbiguousPluginError,
        ApproximationWarning,
        ArgumentError,
        CyclicEquationsError,
        EquationError,
        InputSignalError,
        ModelFileError,
        NonFiniteError,
        OmissionWarning,
        PluginError,
        RatesError,
        SimulationError,
        TemplateError,
        UnitsWarning,
        UnknownNameError,
        UnsupportedFeatureError,
    )
    from rates_core.plugins.capabilities import Capabilities
    from rates_core.plugins.hookspecs import hookimpl
    from rates_core.plugins.specs import (
        AnalysisSpec,
        BackendSpec,
        CommandSpec,
        DelayStrategySpec,
        ExecutorSpec,
        FormatSpec,
        ModelLibrarySpec,
        SolverSpec,
    )
    from rates_core.templates.circuit import CircuitTemplate
    from rates_core.templates.connectivity import Connectivity
    from rates_core.templates.node import EdgeTemplate, NodeTemplate
    from rates_core.templates.operator import OperatorTemplate
    from rates_core.templates.population import PopulationTemplate

__version__ = "0.1.0"

__all__ = [
    "AmbiguousPluginError",
    "AnalysisSpec",
    "ApproximationWarning",
    "ArgumentError",
    "BackendSpec",
    "Capabilities",
    "CircuitTemplate",
    "CommandSpec",
    "Connectivity",
    "CyclicEquationsError",
    "DelayStrategySpec",
    "EdgeTemplate",
    "EquationError",
    "ExecutorSpec",
    "FormatSpec",
    "InputSignalError",
    "ModelFileError",
    "ModelLibrarySpec",
    "NodeTemplate",
    "NonFiniteError",
    "OmissionWarning",
    "OperatorTemplate",
    "PluginError",
    "PopulationTemplate",
    "RatesError",
    "SimulationError",
    "SolverSpec",
    "TemplateError",
    "UnitsWarning",
    "UnknownNameError",
    "UnsupportedFeatureError",
    "__version__",
    "clear",
    "clear_frontend_caches",
    "grid_search",
    "hookimpl",
    "integrate",
]

_NAMES = {
    "OperatorTemplate": "rates_core.templates.operator",
    "NodeTemplate": "rates_core.templates.node",
    "EdgeTemplate": "rates_core.templates.node",
    "PopulationTemplate": "rates_core.templates.population",
    "Connectivity": "rates_core.templates.connectivity",
    "CircuitTemplate": "rates_core.templates.circuit",
    "integrate": "rates_core.compatibility",
    "grid_search": "rates_core.compatibility",
    "clear": "rates_core.compatibility",
    "clear_frontend_caches": "rates_core.compatibility",
    "hookimpl": "rates_core.plugins.hookspecs",
    "Capabilities": "rates_core.plugins.capabilities",
    "BackendSpec": "rates_core.plugins.specs",
    "SolverSpec": "rates_core.plugins.specs",
    "DelayStrategySpec": "rates_core.plugins.specs",
    "AnalysisSpec": "rates_core.plugins.specs",
    "ExecutorSpec": "rates_core.plugins.specs",
    "ModelLibrarySpec": "rates_core.plugins.specs",
    "FormatSpec": "rates_core.plugins.specs",
    "CommandSpec": "rates_core.plugins.specs",
    "RatesError": "rates_core.errors",
    "ModelFileError": "rates_core.errors",
    "TemplateError": "rates_core.errors",
    "EquationError": "rates_core.errors",
    "UnknownNameError": "rates_core.errors",
    "ArgumentError": "rates_core.errors",
    "InputSignalError": "rates_core.errors",
    "CyclicEquationsError": "rates_core.errors",
    "UnsupportedFeatureError": "rates_core.errors",
    "PluginError": "rates_core.errors",
    "AmbiguousPluginError": "rates_core.errors",
    "ApproximationWarning": "rates_core.errors",
    "OmissionWarning": "rates_core.errors",
    "UnitsWarning": "rates_core.errors",
    "SimulationError": "rates_core.errors",
    "NonFiniteError": "rates_core.errors",
}

__getattr__, __dir__ = lazy_exports(__name__, _NAMES, modules=("errors", "plugins", "sweeps", "testing"))
