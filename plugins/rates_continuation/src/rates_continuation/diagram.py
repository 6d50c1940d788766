"""A diagram: the branches that are reached from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from rates_continuation.branch import Branch
from rates_continuation.reached import Origin

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@frozen(eq=False)
class Diagram:
    """Branches that begin at each other's points: of equilibria, then of cycles.

    Attributes:
        branches: in the order in which they were found.
        origins: where each of them begins; None for the first one, and for equilibria that cross others.
    """

    branches: tuple[Branch, ...]
    origins: tuple[Origin | None, ...]

    def __repr__(self) -> str:
        kinds = self.special_points["kind"].value_counts()
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
        return f"<Diagram of {len(self.branches)} branches; special: {counts}>"

    @property
    def special_points(self) -> pd.DataFrame:
        """Return the special points of all branches as a table; a branch point is there for each of its branches."""
        import pandas as pd

        tables = [branch.special_points.assign(branch=number) for number, branch in enumerate(self.branches)]
        found = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
        return found[["kind", "branch", *(name for name in found.columns if name not in ("kind", "branch"))]]

    @property
    def citations(self) -> tuple[str, ...]:
        """Return what to cite for the methods by which the branches were found, each once."""
        return tuple(dict.fromkeys(each for branch in self.branches for each in branch.citations))

    def save(self, file: str | Path) -> None:
        """Write the diagram into a file, from which `load` reads it.

        Raises:
            ArgumentError: the file cannot be written.
        """
        from rates_continuation.stored import save

        save(self, file)

    def plot(self, path: str, ax: Axes | None = None) -> Axes:
        """Draw a state over the parameter; see `Branch.plot`.

        Raises:
            UnknownNameError: there is no such state.
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.branches import drawn

        return drawn(self.branches, path, ax)
