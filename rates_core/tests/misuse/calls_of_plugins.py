"""Calls of what describes plugins that work, with every argument."""

from __future__ import annotations

from rates_core.plugins import Option, Requirements, get_manager, library_path, load_target

from rates_core import (
    AnalysisSpec,
    BackendSpec,
    Capabilities,
    CommandSpec,
    DelayStrategySpec,
    ExecutorSpec,
    FormatSpec,
    ModelLibrarySpec,
    SolverSpec,
)

from .models import call

SPEC = {"name": "x", "summary": "a summary", "distribution": ""}


TARGET = {**SPEC, "target": "module:name", "probe": None}


PLUGINS = {
    "BackendSpec": call(
        lambda: BackendSpec, **TARGET, capabilities=Capabilities(), language="Python", requires=("numpy",), options=()
    ),
    "SolverSpec": call(
        lambda: SolverSpec,
        **TARGET,
        kind="tableau",
        order=1,
        adaptive=False,
        stiff=False,
        delays={"ring"},
        noise="",
        events=False,
        backends=None,
        methods=(),
        options=(),
        references=(),
    ),
    "DelayStrategySpec": call(lambda: DelayStrategySpec, **TARGET, kind="storage", grid="uniform", backends=None),
    "AnalysisSpec": call(lambda: AnalysisSpec, **TARGET, kind="analysis"),
    "ExecutorSpec": call(lambda: ExecutorSpec, **TARGET, options=()),
    "CommandSpec": call(lambda: CommandSpec, **TARGET),
    "ModelLibrarySpec": call(
        lambda: ModelLibrarySpec, **SPEC, package="p", directory="d", functions=None, reserved=False
    ),
    "FormatSpec": call(
        lambda: FormatSpec,
        **SPEC,
        suffixes=(".x",),
        reader="m:f",
        writer=None,
        recognizer=None,
        experiment=None,
        options=(),
    ),
    "Option": call(lambda: Option, name="x", default=1.0, summary="s"),
    "Capabilities": call(
        lambda: Capabilities,
        dtypes=("float64",),
        complex=False,
        vector=True,
        projections={"dense"},
        delays={"ring"},
        differentiation=set(),
        devices=("cpu",),
        batch=False,
        fused=False,
        noise="",
        events=False,
        functions={"sin"},
        jacobian=False,
        files=True,
        field=False,
    ),
    "Requirements": call(
        lambda: Requirements,
        complex=False,
        delays={"ring"},
        projections={"dense"},
        functions={"sin"},
        noise=None,
        events=False,
        vector=False,
        dtype="float64",
        jacobian=False,
        files=False,
        field=False,
    ),
    "Capabilities.missing": call(lambda: Capabilities().missing, requirements=Requirements()),
    "SolverSpec.missing": call(lambda: get_manager().solver("euler").missing, requirements=Requirements()),
    "load_target": call(lambda: load_target, target="math:sin", distribution="nobody"),
    "library_path": call(lambda: library_path, spec=get_manager().model_library("model_templates")),
    "PluginManager.backend": call(lambda: get_manager().backend, name="numpy"),
    "PluginManager.solver": call(lambda: get_manager().solver, name="euler"),
    "PluginManager.delay_strategy": call(lambda: get_manager().delay_strategy, name="gamma"),
    "PluginManager.model_library": call(lambda: get_manager().model_library, name="model_templates"),
    "PluginManager.analysis": call(lambda: get_manager().analysis, name="sweep"),
    "PluginManager.executor": call(lambda: get_manager().executor, name="serial"),
    "PluginManager.command": call(lambda: get_manager().command, name="run"),
    "PluginManager.format": call(lambda: get_manager().format, name="yaml"),
    "PluginManager.require": call(
        lambda: get_manager().require, spec=get_manager().backend("numpy"), requirements=Requirements()
    ),
}
