"""Scripts written for PyRates, PyCoBi and RectiPy, run on rates as they are."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["activate", "deactivate"]

rates_api = (1, 0)


def activate(replace: bool | str | Iterable[str] = False) -> None:
    """Let `import pyrates`, and `pycobi` and `rectipy`, give rates in this process, until `deactivate`.

    Nothing is installed. Doing it twice changes nothing.

    Args:
        replace: names of packages that are installed and are to stand aside in this process, or True for all of them.

    Raises:
        PluginError: a real package of such a name is installed, and is not named.
        UnknownNameError: `replace` has another name.

    Example:
        >>> import rates_pyrates
        >>> rates_pyrates.activate()
        >>> from pyrates import CircuitTemplate
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> func, args, arg_names, states = circuit.get_run_func("vdp", step_size=1e-3)
        >>> arg_names
        ('t', 'y', 'dy', 'p/vdp_op/mu', 'p/vdp_op/inp')
        >>> rates_pyrates.deactivate()
    """
    from rates_pyrates.activation import begin

    begin(replace)


def deactivate() -> None:
    """Undo `activate`: names of packages mean again what is installed. Objects that a script holds go on working.

    Example:
        >>> import rates_pyrates
        >>> rates_pyrates.deactivate()  # it is not active, which is no error
    """
    from rates_pyrates.activation import end

    end()
