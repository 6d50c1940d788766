"""What functions of plain arguments have in common wherever a backend writes them in Python."""

from __future__ import annotations

from collections.abc import Mapping

from rates_core.programs.naming import in_docstring
from rates_core.programs.program import FunctionSource
from rates_core.programs.signature import Signature
from rates_core.system.system import Read

_SAMPLED = '''def sampled(samples, t, step_size):
    """Return an input at time t: linear between samples, constant beyond them."""
    place = min(max(t/step_size, 0.0), len(samples) - 1.0)
    k = min(int(place), len(samples) - 2) if len(samples) > 1 else 0
    share = place - k
    return samples[k] if share == 0 else (1.0 - share)*samples[k] + share*samples[k + 1]'''

_BUFFERED = '''def buffered(buffer, t, delay, step_size, samples):
    """Return past values at t - delay; buffer[k] holds those of k steps before the last point of the grid.

    Between rows it is the polynomial through `samples` of them, beyond the last one that row.
    """
    place = t/step_size
    age = delay/step_size - (place - math.floor(place + 1e-9))
    age = min(round(age) if abs(age - round(age)) < 1e-9 else age, len(buffer) - 1)
    if age == max(math.floor(age), 0):
        return buffer[int(age)]
    samples = min(samples, len(buffer))
    first = max(min(math.ceil(age) - samples//2, len(buffer) - samples), 0)
    value = 0.0
    for row in range(first, first + samples):
        others = [other for other in range(first, first + samples) if other != row]
        value = value + math.prod((age - other)/(row - other) for other in others)*buffer[row]
    return value'''


def support(signature: Signature) -> list[str]:
    """Return the functions that one calls which looks up inputs and past values in arrays of NumPy."""
    sampled = [_SAMPLED] if signature.sampled else []
    return sampled + ([_BUFFERED] if signature.reads and not signature.request.continuous else [])


def head(signature: Signature, names: Mapping[str, str]) -> list[str]:
    """Return the first lines of a function: its name, its arguments, and what they are.

    Args:
        signature: of the function.
        names: of arguments, by path.
    """
    bound = ["*", *(names[path] for path in signature.bound)] if signature.bound else []
    first, *rest = (in_docstring(line) for line in signature.documentation(names))
    return [
        f"def {signature.request.name}({', '.join([*signature.arguments(names), *bound])}):",
        f'    """{first}',
        *(f"    {line}".rstrip() for line in rest),
        '    """',
    ]


def inputs_now(signature: Signature, names: Mapping[str, str]) -> list[str]:
    """Return the lines that look up inputs at time t, in samples or by calls."""
    step_size = repr(signature.request.step_size)
    sampled = [names[signal.path] for signal in signature.sampled]
    called = [names[signal.path] for signal in signature.called]
    return [
        *(f"{name} = sampled({name}, t, {step_size})" for name in sampled),
        *(f"{name} = {name}(t)" for name in called),
    ]


def past_values(signature: Signature, read: Read) -> tuple[str, str]:
    """Return the text that looks up all past values at `t - {delay}`, and the place of a read among them."""
    request, where = signature.request, signature.place(read)
    place = f"{where.start}:{where.stop}" if isinstance(where, slice) else f"{where}"
    if request.continuous:
        return "history(t - {delay})", place
    return f"buffered(buffer, t, {{delay}}, {request.step_size!r}, {request.samples})", place


def python_source(text: str, signature: Signature, names: Mapping[str, str]) -> FunctionSource:
    """Return the source of one function, given the text of its module and the names of its arguments by path."""
    return FunctionSource(
        text,
        signature.parameters,
        tuple(signal.path for signal in signature.signals),
        tuple(signature.arguments(names)),
        ".py",
        bool(signature.past),
        {path: names[path] for path in signature.bound},
    )
