"""Descriptors: what a plugin offers, as frozen data whose targets are imported on use."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Literal

from attrs import field, frozen
from attrs.converters import optional

from rates_core.errors import ArgumentError, PluginError
from rates_core.keywords import checked_class
from rates_core.plugins.capabilities import (
    ACCEPTED,
    AUGMENTATION,
    FIXED,
    NOISES,
    STORAGES,
    Capabilities,
    Noise,
    Requirements,
    missing_delays,
    missing_noise,
)
from rates_core.plugins.fields import (
    all_are,
    are_suffixes,
    check_kind,
    is_a,
    is_flag,
    is_name,
    is_optional_target,
    is_order,
    is_package,
    is_target,
    is_text,
    listed,
    one_of,
    subset_of,
    text_set,
    text_tuple,
)
from rates_core.plugins.targets import load_target


@checked_class
@frozen
class Option:
    """A keyword argument that a solver or backend takes beside those of `run`, or a format's reader beside the path.

    Example:
        >>> from rates_core.plugins import Option
        >>> Option("rtol", 1e-6, "relative tolerance").default
        1e-06
    """

    name: str = field(validator=is_name)
    default: Any
    summary: str = field(validator=is_text)


def _options(values: Iterable[Option]) -> tuple[Option, ...]:
    return listed(values)


@checked_class
@frozen
class Spec:
    """What all descriptors share; abstract.

    Attributes:
        name: what users type.
        summary: one line for listings.
        distribution: who offers it, filled in when plugins are loaded.
    """

    name: str = field(validator=is_name)
    summary: str = field(kw_only=True, validator=is_text)
    distribution: str = field(default="", kw_only=True, eq=False, validator=is_text)


@checked_class
@frozen
class TargetSpec(Spec):
    """A descriptor of one object, `module:attribute`; abstract.

    Attributes:
        target: where the object is.
        probe: `module:function` that returns None, or a sentence that names a missing tool and its remedy.
    """

    target: str = field(validator=is_target)
    probe: str | None = field(default=None, kw_only=True, validator=is_optional_target)

    def load(self) -> Any:
        """Import the object and return it, or raise a `PluginError` that names the distribution.

        Where the probe knows what is missing or too old, the error says what it says.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().solver("euler").load().order
            1
        """
        try:
            return load_target(self.target, self.distribution)
        except PluginError as error:
            missing = None
            with suppress(PluginError):  # of a probe that stands in what cannot be imported
                missing = self.missing_tool()
            if missing is None:
                raise
            owner = self.distribution or "the plugin"
            raise PluginError(f"'{self.target}' of {owner} cannot be loaded: {missing}") from error

    def missing_tool(self) -> str | None:
        """Return None, or what the probe says: a tool that is missing and how to get it.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().backend("numpy").missing_tool()
        """
        if self.probe is None:
            return None
        answer: str | None = load_target(self.probe, self.distribution)()
        return answer


@checked_class
@frozen
class BackendSpec(TargetSpec):
    """A backend: it turns a System into a Program.

    Attributes:
        capabilities: what it claims.
        language: the language of the source that it writes.
        requires: packages and tools that running (not writing) its source needs.
        options: keyword arguments of its own.

    Example:
        >>> from rates_core import BackendSpec, Capabilities
        >>> claims = Capabilities(complex=True)
        >>> spec = BackendSpec("mine", "my_plugin.backend:Mine", claims, summary="prints my language")
        >>> spec.capabilities.complex
        True
    """

    capabilities: Capabilities = field(factory=Capabilities, validator=is_a(Capabilities))
    language: str = field(default="Python", kw_only=True, validator=is_text)
    requires: tuple[str, ...] = field(default=(), kw_only=True, converter=text_tuple)
    options: tuple[Option, ...] = field(default=(), kw_only=True, converter=_options, validator=all_are(Option))


@checked_class
@frozen
class SolverSpec(TargetSpec):
    """A solver: a Butcher tableau that every backend runs, or a driver of a library.

    Attributes:
        kind: `tableau` (the target is data) or `driver` (the target runs the loop).
        order: convergence order, or None where the user's `method` decides it.
        adaptive: it chooses its steps by an error estimate.
        stiff: it is meant for stiff systems.
        delays: storages of past values that it can read.
        noise: `""`, `additive`, or `multiplicative`, which includes additive.
        events: it stops at events.
        backends: those that it works with, or None for all.
        methods: values of the argument `method`.
        options: keyword arguments of its own.
        references: keys of the bibliography.

    Example:
        >>> from rates_core import SolverSpec
        >>> spec = SolverSpec(
        ...     "midpoint",
        ...     "my_plugin.midpoint:MIDPOINT",
        ...     summary="explicit midpoint rule",
        ...     kind="tableau",
        ...     order=2,
        ...     adaptive=False,
        ... )
        >>> spec.order
        2
    """

    kind: Literal["tableau", "driver"] = field(kw_only=True, validator=one_of("tableau", "driver"))
    order: int | None = field(kw_only=True, validator=is_order)
    adaptive: bool = field(kw_only=True, validator=is_flag)
    stiff: bool = field(default=False, kw_only=True, validator=is_flag)
    delays: frozenset[str] = field(
        default=frozenset(), kw_only=True, converter=text_set, validator=subset_of(*STORAGES)
    )
    noise: Noise = field(default="", kw_only=True, validator=one_of(*NOISES))
    events: bool = field(default=False, kw_only=True, validator=is_flag)
    backends: tuple[str, ...] | None = field(default=None, kw_only=True, converter=optional(text_tuple))
    methods: tuple[str, ...] = field(default=(), kw_only=True, converter=text_tuple)
    options: tuple[Option, ...] = field(default=(), kw_only=True, converter=_options, validator=all_are(Option))
    references: tuple[str, ...] = field(default=(), kw_only=True, converter=text_tuple)

    def missing(self, requirements: Requirements) -> tuple[str, ...]:
        """Return what the model requires and this does not claim, each as words of a sentence.

        Example:
            >>> from rates_core.plugins import Requirements, get_manager
            >>> get_manager().solver("heun").missing(Requirements(noise="multiplicative"))
            ('noise whose strength depends on the state',)
        """
        check_kind("requirements", requirements, Requirements)
        events = ["events"] if requirements.events and not self.events else []
        return (*missing_delays(self.delays, requirements), *missing_noise(self.noise, requirements), *events)

    @property
    def fixed(self) -> bool:
        """Tell whether it takes steps of one size, that of the run; a driver has steps of its own.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().solver("rk4").fixed, get_manager().solver("scipy").fixed
            (True, False)
        """
        return self.kind == "tableau" and not self.adaptive

    @property
    def storage(self) -> str:
        """Return the storage of past values that goes with its steps.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> get_manager().solver("rk4").storage, get_manager().solver("scipy").storage
            ('ring', 'history')
        """
        return FIXED if self.fixed else ACCEPTED


@checked_class
@frozen
class DelayStrategySpec(TargetSpec):
    """A delay strategy: it augments the System, or stores the past for the backends that it names.

    Attributes:
        kind: `augment` (delays become states) or `storage`.
        grid: where a storage has its samples: `uniform` steps, `accepted` steps, or None for an augmentation.
        backends: those that it works with, or None for all.

    Example:
        >>> from rates_core import DelayStrategySpec
        >>> spec = DelayStrategySpec("mine", "my_plugin.chains:Chains", summary="delays as chains", kind="augment")
        >>> spec.grid is None
        True
    """

    kind: Literal["augment", "storage"] = field(kw_only=True, validator=one_of("augment", "storage"))
    grid: Literal["uniform", "accepted"] | None = field(
        default=None, kw_only=True, validator=one_of(None, "uniform", "accepted")
    )
    backends: tuple[str, ...] | None = field(default=None, kw_only=True, converter=optional(text_tuple))

    def __attrs_post_init__(self) -> None:
        if self.kind == "storage" and self.grid is None:
            raise ArgumentError(
                f"DelayStrategySpec '{self.name}' stores the past and has no grid; give it grid='uniform' for fixed "
                "steps, or grid='accepted'."
            )

    @property
    def stands_for(self) -> str:
        """Return the name of the strategy in the box that does what this one does.

        Example:
            >>> from rates_core import DelayStrategySpec
            >>> DelayStrategySpec("mine", "a:b", summary="-", kind="storage", grid="accepted").stands_for
            'history'
        """
        if self.kind == "augment":
            return AUGMENTATION
        return ACCEPTED if self.grid == "accepted" else FIXED


@checked_class
@frozen
class AnalysisSpec(TargetSpec):
    """An analysis, or an engine or fitter that an analysis uses.

    Example:
        >>> from rates_core import AnalysisSpec
        >>> AnalysisSpec("lyapunov", "my_plugin.lyapunov:exponents", summary="Lyapunov exponents", kind="analysis").name
        'lyapunov'
    """

    kind: Literal["analysis", "engine", "fitter"] = field(
        default="analysis", kw_only=True, validator=one_of("analysis", "engine", "fitter")
    )


@checked_class
@frozen
class ExecutorSpec(TargetSpec):
    """An executor: where the points of a sweep run.

    Attributes:
        options: keyword arguments of its own.

    Example:
        >>> from rates_core import ExecutorSpec
        >>> ExecutorSpec("cluster", "my_plugin.cluster:Executor", summary="points of a sweep on a cluster").options
        ()
    """

    options: tuple[Option, ...] = field(default=(), kw_only=True, converter=_options, validator=all_are(Option))


@checked_class
@frozen
class CommandSpec(TargetSpec):
    """A sub-command of `rates`; the target is a class as `rates_core.cli.command.Command` describes.

    Example:
        >>> from rates_core import CommandSpec
        >>> CommandSpec("fit", "my_plugin.fit:Fit", summary="fit a model to data").target
        'my_plugin.fit:Fit'
    """


@checked_class
@frozen
class ModelLibrarySpec(Spec):
    """A folder of model files inside an installed package; listing and reading it runs no code.

    Attributes:
        package: the top-level package that holds the files.
        directory: the folder inside the package, with `/` between names; empty for the package itself.
        functions: `module:attribute` of functions that it adds to the equation language, if any.
        reserved: its name means it even where the working directory has a folder of that name.

    Example:
        >>> from rates_core import ModelLibrarySpec
        >>> ModelLibrarySpec("my_models", "my_plugin", "models", summary="models of my group").directory
        'models'
    """

    package: str = field(validator=is_package)
    directory: str = field(default="", validator=is_text)
    functions: str | None = field(default=None, kw_only=True, validator=is_optional_target)
    reserved: bool = field(default=False, kw_only=True, validator=is_flag)


@checked_class
@frozen
class FormatSpec(Spec):
    """A reader and a writer of model files.

    Attributes:
        suffixes: endings of file names, with the dot.
        reader: `module:function` that takes a path and returns a template, if it reads.
        writer: `module:function` that takes a template and the path of a file that is not there, if it writes.
        recognizer: `module:function` that takes the path of a file and tells whether it is of this format; it is asked
            where another format has the ending too.
        experiment: `module:function` that takes a path and returns an `Experiment`, if files say how they are run.
        options: keyword arguments that the reader takes beside the path, and what reads experiments too.

    Example:
        >>> from rates_core import FormatSpec
        >>> FormatSpec("xml", (".xml",), reader="my_plugin.xml:read", summary="models in XML").writer is None
        True
    """

    suffixes: tuple[str, ...] = field(converter=text_tuple, validator=are_suffixes)
    reader: str | None = field(default=None, validator=is_optional_target)
    writer: str | None = field(default=None, validator=is_optional_target)
    recognizer: str | None = field(default=None, kw_only=True, validator=is_optional_target)
    experiment: str | None = field(default=None, kw_only=True, validator=is_optional_target)
    options: tuple[Option, ...] = field(default=(), kw_only=True, converter=_options, validator=all_are(Option))

    def __attrs_post_init__(self) -> None:
        if self.reader is None and self.writer is None:
            raise ArgumentError(
                f"FormatSpec '{self.name}' neither reads nor writes; give it a reader, a writer or both."
            )
        if self.reader is None and (self.experiment is not None or self.options):
            raise ArgumentError(
                f"FormatSpec '{self.name}' has {'options' if self.options else 'experiments'} and no reader; "
                "give it a reader, too."
            )
