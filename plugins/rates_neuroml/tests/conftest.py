"""Files of LEMS, written by hand: types that say no more than a test needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Writer = Callable[..., Path]

DIMENSIONS = """
<Dimension name="voltage" m="1" l="2" t="-3" i="-1"/>
<Dimension name="time" t="1"/>
<Dimension name="per_time" t="-1"/>
<Dimension name="conductance" m="-1" l="-2" t="3" i="2"/>
<Dimension name="capacitance" m="-1" l="-2" t="4" i="2"/>
<Dimension name="current" i="1"/>
<Dimension name="temperature" k="1"/>
<Unit symbol="mV" dimension="voltage" power="-3"/>
<Unit symbol="ms" dimension="time" power="-3"/>
<Unit symbol="s" dimension="time"/>
<Unit symbol="per_ms" dimension="per_time" power="3"/>
<Unit symbol="nS" dimension="conductance" power="-9"/>
<Unit symbol="pF" dimension="capacitance" power="-12"/>
<Unit symbol="pA" dimension="current" power="-12"/>
<Unit symbol="min" dimension="time" scale="60"/>
<Unit symbol="degC" dimension="temperature" offset="273.15"/>
"""


@pytest.fixture
def file(tmp_path: Path) -> Writer:
    """Return a function that writes what stands in a file of LEMS, behind some dimensions and units."""

    def write(text: str, name: str = "model.xml", root: str = "Lems", dimensions: str = DIMENSIONS) -> Path:
        path = tmp_path / name
        path.write_text(f"<{root}>{dimensions}{dedent(text)}</{root}>", encoding="utf-8")
        return path

    return write
