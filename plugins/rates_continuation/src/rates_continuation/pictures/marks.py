"""How special points and lines look: apart for the colour-blind, and in black and white."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The colours of Okabe and Ito, which people of all kinds of colour vision tell apart.
BLUE, SKY, GREEN, YELLOW, ORANGE, RED, PURPLE = (
    "#0072B2", "#56B4E9", "#009E73", "#F0E442", "#E69F00", "#D55E00", "#CC79A7",
)  # fmt: skip
DASHES = (0, (4.0, 1.6))


@frozen
class Mark:
    """The symbol of a kind of special points.

    Attributes:
        name: in legends.
        symbol: of Matplotlib.
        color: of its inside.
    """

    name: str
    symbol: str
    color: str


MARKS: Mapping[str, Mark] = {
    "LP": Mark("fold (LP)", "o", ORANGE),
    "HB": Mark("Hopf point (HB)", "s", RED),
    "BP": Mark("branch point (BP)", "D", "white"),
    "LPC": Mark("fold of cycles (LPC)", "^", YELLOW),
    "PD": Mark("period doubling (PD)", "v", PURPLE),
    "NS": Mark("torus (NS)", "*", GREEN),
    "BPC": Mark("branch point of cycles (BPC)", "P", "white"),
    "CP": Mark("cusp (CP)", "<", ORANGE),
    "BT": Mark("Bogdanov-Takens point (BT)", "p", SKY),
    "ZH": Mark("zero-Hopf point (ZH)", "h", GREEN),
    "GH": Mark("generalised Hopf point (GH)", ">", RED),
    "HH": Mark("double Hopf point (HH)", "X", PURPLE),
    "NSH": Mark("neutral saddle (NSH)", "8", YELLOW),
    "UZ": Mark("value asked for (UZ)", "1", "black"),
    "??": Mark("several at once (??)", "d", "grey"),
}


def mark(axes: Axes, kind: str, places: Iterable[tuple[float, float]]) -> None:
    """Draw special points of a kind; another kind is one that cannot be told."""
    across, up = zip(*places, strict=True)
    look = MARKS.get(kind, Mark(kind, "H", "grey"))
    size = 9.0 if look.symbol == "*" else 6.0
    axes.plot(
        across, up, look.symbol, label=look.name, markersize=size, markerfacecolor=look.color, markeredgecolor="black",
        markeredgewidth=0.8, zorder=3,
    )  # fmt: skip


def mark_all(axes: Axes, places: Mapping[str, list[tuple[float, float]]]) -> None:
    """Draw special points by kind, in the order of `MARKS`."""
    for kind in sorted(places, key=[*MARKS, *places].index):
        mark(axes, kind, places[kind])
