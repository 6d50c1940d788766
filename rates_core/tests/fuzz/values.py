"""Numbers, arrays and texts that are easily lost on the way through a file."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

EXTREMES = (0.0, -0.0, inf, -inf, 1e300, -1e-300, 5e-324, 0.1, 1e-5, 1e16, 2.0**53, 3.0)
IDENTIFIERS = (
    *(
        "y",
        "n",
        "N",
        "on",
        "off",
        "no",
        "null",
        "true",
        "True",
        "e1",
        "e",
        "_1",
        "inf",
        "nan",
        "x" * 150,
        "α",
        "__init__",
    ),
    *(
        "lambda",
        "if",
        "and",
        "E",
        "I",
        "pi",
        "beta",
        "S",
        "re",
        "im",
        "sin",
        "max",
        "past",
        "d",
        "dt",
        "j",
        "x",
        "y1",
        "z",
    ),
)
LIVELY_TEXTS = (
    *("", " ", "null", "1", "1e3", "0x1f", "1:30", "2020-01-01", "=", "<<", "~", ".inf", "*a", "&a", "!a", "%a", "@"),
    *("a: b", "- a", "# a", "a #b", "'", '"', "{", "[a]", "|", ">", "?", "a\nb", "\na", "a\n", "a\r\nb", "\t", "a\tb"),
    *("\x00", "\x7f", "\x85", "\u2028", "\ufeff", "ä", "\U0001f600", "\ufffe", "---", "...", "a" * 1100),
)

finite = st.sampled_from([value for value in EXTREMES if abs(value) < inf]) | st.floats(
    allow_nan=False, allow_infinity=False
)
reals = st.sampled_from(EXTREMES) | st.floats(allow_nan=False)
complexes = st.builds(complex, reals, reals)
numbers = reals | complexes

tame = st.sampled_from([-1.5, -0.5, -0.0, 0.0, 0.25, 0.5, 1.0, 2.0])
tame_complexes = st.builds(complex, tame, tame)
times = st.sampled_from([0.25, 0.5, 1.0, 1.75])

texts = st.sampled_from(LIVELY_TEXTS) | st.text(max_size=8)
names = texts.filter(bool)
labels = names.filter(lambda text: text != "all" and not set(text) & set("/[]>"))
identifiers = st.sampled_from(IDENTIFIERS)


def real_arrays(elements: Any, *shape: int) -> st.SearchStrategy[Any]:
    """Return arrays of a shape."""
    return arrays(np.float64, shape, elements=elements)


def complex_arrays(elements: Any, *shape: int) -> st.SearchStrategy[Any]:
    """Return arrays of complex numbers of a shape."""
    return arrays(np.complex128, shape, elements=elements)


@st.composite
def sparse_arrays(draw: Any, elements: Any, *shape: int) -> Any:
    """Return SciPy arrays of a shape, in which an entry that is stored may be 0."""
    from scipy.sparse import csr_array

    rows, columns = np.nonzero(draw(arrays(np.bool_, shape)))
    return csr_array((draw(real_arrays(elements, len(rows))), (rows, columns)), shape=shape)
