"""Plugins: what can be added to rates from outside, and what is installed.

A plugin's light module needs `hookimpl`, the descriptors and `Capabilities`; none of these loads a plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rates_core.lazy import lazy_exports

if TYPE_CHECKING:
    from rates_core.plugins.capabilities import Capabilities, Requirements
    from rates_core.plugins.hookspecs import hookimpl
    from rates_core.plugins.libraries import library_path
    from rates_core.plugins.manager import PluginManager, get_manager, model_libraries
    from rates_core.plugins.specs import (
        AnalysisSpec,
        BackendSpec,
        CommandSpec,
        DelayStrategySpec,
        ExecutorSpec,
        FormatSpec,
        ModelLibrarySpec,
        Option,
        SolverSpec,
    )
    from rates_core.plugins.status import PluginStatus
    from rates_core.plugins.targets import load_target

__all__ = [
    "AnalysisSpec",
    "BackendSpec",
    "Capabilities",
    "CommandSpec",
    "DelayStrategySpec",
    "ExecutorSpec",
    "FormatSpec",
    "ModelLibrarySpec",
    "Option",
    "PluginManager",
    "PluginStatus",
    "Requirements",
    "SolverSpec",
    "get_manager",
    "hookimpl",
    "library_path",
    "load_target",
    "model_libraries",
]

_NAMES = {
    "hookimpl": "rates_core.plugins.hookspecs",
    "Capabilities": "rates_core.plugins.capabilities",
    "Requirements": "rates_core.plugins.capabilities",
    "Option": "rates_core.plugins.specs",
    "BackendSpec": "rates_core.plugins.specs",
    "SolverSpec": "rates_core.plugins.specs",
    "DelayStrategySpec": "rates_core.plugins.specs",
    "AnalysisSpec": "rates_core.plugins.specs",
    "ExecutorSpec": "rates_core.plugins.specs",
    "ModelLibrarySpec": "rates_core.plugins.specs",
    "FormatSpec": "rates_core.plugins.specs",
    "CommandSpec": "rates_core.plugins.specs",
    "load_target": "rates_core.plugins.targets",
    "library_path": "rates_core.plugins.libraries",
    "PluginManager": "rates_core.plugins.manager",
    "PluginStatus": "rates_core.plugins.status",
    "get_manager": "rates_core.plugins.manager",
    "model_libraries": "rates_core.plugins.manager",
}

__getattr__, __dir__ = lazy_exports(__name__, _NAMES)
