"""Capabilities: what a backend claims to do, and what a model requires, as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen
from attrs.converters import optional

from rates_core.errors import UnsupportedFeatureError
from rates_core.keywords import checked_class
from rates_core.plugins.fields import check_kind, is_flag, one_of, subset_of, text_set, text_tuple

Noise = Literal["", "additive", "multiplicative"]

PROJECTIONS = ("dense", "sparse", "uniform", "indexed")
FIXED, ACCEPTED = STORAGES = ("ring", "history")  # of past values, by the steps after which they are stored
AUGMENTATION = "gamma"  # which is in the box
NOISES = ("", "additive", "multiplicative")

_PROJECTION_TEXTS = {
    "dense": "dense connection matrices",
    "sparse": "sparse connection matrices",
    "uniform": "uniform all-to-all connections",
    "indexed": "connections with one source per target",
}
_STORAGE_TEXTS = {
    "ring": "delayed variables stored at fixed steps",
    "history": "delayed variables stored at accepted steps",
}


@checked_class
@frozen(kw_only=True)
class Requirements:
    """What one model needs of the backend and the solver that run it.

    Attributes:
        complex: a variable or parameter is complex.
        delays: the storages of past values that it reads (`"ring"`, `"history"`).
        projections: the kinds of weights that it has.
        functions: canonical names of the functions in its equations.
        noise: how its noise enters: not at all (`None` or `""`), additive, or multiplicative (state-dependent).
        events: it has events.
        vector: a population has several units.
        dtype: the floating-point type that was asked for.
        jacobian: a derivative matrix is asked for.
        files: a function of its own is asked for, as source that runs without rates.
        field: values and derivatives at many states at once are asked for.

    Example:
        >>> from rates_core.plugins import Requirements
        >>> Requirements(delays={"ring"}, complex=True).dtype
        'float64'
    """

    complex: bool = False
    delays: frozenset[str] = field(default=frozenset(), converter=text_set, validator=subset_of(*STORAGES))
    projections: frozenset[str] = field(default=frozenset(), converter=text_set, validator=subset_of(*PROJECTIONS))
    functions: frozenset[str] = field(default=frozenset(), converter=text_set)
    noise: Noise | None = field(default=None, validator=one_of(None, *NOISES))
    events: bool = False
    vector: bool = False
    dtype: str = "float64"
    jacobian: bool = False
    files: bool = False
    field: bool = False


@checked_class
@frozen(kw_only=True)
class Capabilities:
    """What a backend claims; the defaults are those of a minimal one.

    Attributes:
        dtypes: floating-point types of its arithmetic.
        complex: complex variables and parameters.
        vector: populations of several units.
        projections: kinds of weights, of `dense`, `sparse`, `uniform`, `indexed`.
        delays: storages of past values, of `ring` (fixed steps) and `history` (accepted steps).
        differentiation: derivatives of whole runs: of a loss, `forward` and `reverse`, and of outputs, `along` the run.
            `adjoint` is `reverse` for losses whose derivatives by outputs are told, of real models whose delayed
            values lie between samples.
        devices: where it computes; more than one, or another than `cpu`, are chosen by an option `device`.
        batch: many parameter sets in one call.
        fused: steps are taken outside of Python: calls in it are as many for 10 000 steps as for 100.
        noise: `""`, `additive`, or `multiplicative`, which includes additive.
        events: events of operators.
        functions: canonical names of the functions that it prints, or None for all of the language.
        jacobian: the linearisation of a System as a program.
        files: functions of their own, as source files that run without rates.
        field: the right-hand side and its derivatives at many states in one call.

    Example:
        >>> from rates_core import Capabilities
        >>> Capabilities(projections={"indexed", "dense"}, complex=True).vector
        True
    """

    dtypes: tuple[str, ...] = field(default=("float64",), converter=text_tuple)
    complex: bool = field(default=False, validator=is_flag)
    vector: bool = field(default=True, validator=is_flag)
    projections: frozenset[str] = field(
        default=frozenset({"indexed"}), converter=text_set, validator=subset_of(*PROJECTIONS)
    )
    delays: frozenset[str] = field(default=frozenset(), converter=text_set, validator=subset_of(*STORAGES))
    differentiation: frozenset[str] = field(
        default=frozenset(), converter=text_set, validator=subset_of("adjoint", "along", "forward", "reverse")
    )
    devices: tuple[str, ...] = field(default=("cpu",), converter=text_tuple)
    batch: bool = field(default=False, validator=is_flag)
    fused: bool = field(default=False, validator=is_flag)
    noise: Noise = field(default="", validator=one_of(*NOISES))
    events: bool = field(default=False, validator=is_flag)
    functions: frozenset[str] | None = field(default=None, converter=optional(text_set))
    jacobian: bool = field(default=False, validator=is_flag)
    files: bool = field(default=True, validator=is_flag)
    field: bool = field(default=False, validator=is_flag)

    def missing(self, requirements: Requirements) -> tuple[str, ...]:
        """Return what the model requires and this does not claim, each as words of a sentence.

        Example:
            >>> from rates_core.plugins import Capabilities, Requirements
            >>> Capabilities().missing(Requirements(complex=True, dtype="float32"))
            ("the precision 'float32' (it has float64)", 'complex values')
        """
        check_kind("requirements", requirements, Requirements)
        found: list[str] = []
        if requirements.dtype not in self.dtypes:
            found.append(f"the precision '{requirements.dtype}' (it has {', '.join(sorted(self.dtypes))})")
        if requirements.complex and not self.complex:
            found.append("complex values")
        if requirements.vector and not self.vector:
            found.append("populations of several units")
        found += [
            _PROJECTION_TEXTS[kind] for kind in PROJECTIONS if kind in requirements.projections - self.projections
        ]
        found += missing_delays(self.delays, requirements)
        found += missing_noise(self.noise, requirements)
        if requirements.events and not self.events:
            found.append("events")
        if requirements.jacobian and not self.jacobian:
            found.append("derivative matrices")
        if requirements.files and not self.files:
            found.append("source files")
        if requirements.field and not self.field:
            found.append("vector fields at many states")
        if self.functions is not None:
            found += [f"the function '{name}'" for name in sorted(requirements.functions - self.functions)]
        return tuple(found)


def missing_delays(claimed: frozenset[str], requirements: Requirements) -> list[str]:
    """Return the delays that are required and not claimed, in words."""
    absent = requirements.delays - claimed
    if absent and not claimed:
        return ["delayed variables"]
    return [_STORAGE_TEXTS[storage] for storage in STORAGES if storage in absent]


def missing_noise(claimed: Noise, requirements: Requirements) -> list[str]:
    """Return the noise that is required and not claimed, in words."""
    if NOISES.index(requirements.noise or "") <= NOISES.index(claimed):
        return []
    return ["noise"] if not claimed else ["noise whose strength depends on the state"]


def unsupported(kind: str, name: str, missing: Iterable[str], able: Iterable[str]) -> UnsupportedFeatureError:
    """Return the error that says what is missing and who can.

    Args:
        kind: "backend" or "solver".
        name: the one that was asked for.
        missing: what the model needs and that one does not claim.
        able: installed ones of the same kind that claim all that the model needs.
    """
    others = ", ".join(able)
    remedy = f"Installed {kind}s that do: {others}." if others else f"No installed {kind} does."
    return UnsupportedFeatureError(
        f"The {kind} '{name}' does not support what this model needs: {', '.join(missing)}. {remedy}"
    )
