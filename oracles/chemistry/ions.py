"""Which metal ions complexes are built around, and what is known of their first shells.

An entry of :data:`IONS` is all that a new ion needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

IonName = Literal["Zn2+", "Mg2+", "Li+", "Na+"]
"""What a setting of an oracle may name; a test holds it against :data:`IONS`."""


@dataclass(frozen=True)
class Contact:
    """How near an element comes to an ion, in angstrom.

    Attributes
    ----------
    start
        Distance to begin with.
    shortest, longest
        Range of what is believed of a relaxed complex.
    reach
        What is nearer belongs to the first shell; between ``longest`` and this it is neither inside nor
        outside, and the complex is not believed, unless the molecule comes no nearer (decision 37).
    """

    start: float
    shortest: float
    longest: float
    reach: float


@dataclass(frozen=True)
class Ion:
    """A metal ion, a closed shell.

    Attributes
    ----------
    symbol, charge
        Element, and charge in e.
    waters
        Water molecules in its hydrate; 6 stand as an octahedron, 4 as a tetrahedron.
    contacts
        Element -> distances; what is not named is never in the first shell.
    coordination
        Smallest and largest number of atoms in the shell of a complex.
    smallest_gap
        In eV; in a complex with a smaller one, charge has moved between ion and ligand.
    largest_shift
        Largest change of the ion's charge against the hydrate, in e; more is charge transfer. Measured:
        urea 0.02 with Mg2+, Li+ and Na+, ethylenediamine as a chelate 0.07 with Zn2+.
    sources
        DOI of structures in aqueous solution.
    """

    symbol: str
    charge: int
    waters: int
    contacts: Mapping[str, Contact]
    coordination: tuple[int, int]
    smallest_gap: float
    largest_shift: float
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """How the ion is written after its formula: ``2+``, ``+``."""
        return f"{self.charge if self.charge > 1 else ''}+"

    @property
    def name(self) -> str:
        """``Zn2+``, ``Li+``: its key in :data:`IONS`."""
        return self.symbol + self.label

    def formula(self, waters: int, ligand: str = "") -> str:
        """A complex in words: ``[Zn(H2O)4L]2+``."""
        shell = {0: "", 1: "(H2O)"}.get(waters, f"(H2O){waters}")
        return f"[{self.symbol}{shell}{ligand}]{self.label}"

    def reaction(self, released: int) -> str:
        """The exchange in words: ``[Zn(H2O)6]2+ + L -> [Zn(H2O)4L]2+ + 2 H2O``."""
        left, right = self.formula(self.waters), self.formula(self.waters - released, "L")
        return f"{left} + L -> {right} + {released if released > 1 else ''} H2O".replace("  ", " ")


OHTAKI = "10.1021/cr00019a014"
PERSSON = "10.1351/PAC-CON-09-10-22"
MAHLER = "10.1021/ic2018693"

IONS: Mapping[str, Ion] = {
    # Zn-O 2.08 A in water; the range of O is that of published GFN2 and DFT complexes.
    "Zn2+": Ion(
        "Zn",
        2,
        6,
        {
            "O": Contact(2.05, 1.9, 2.3, 2.6),
            "N": Contact(2.10, 1.9, 2.4, 2.6),
            "S": Contact(2.40, 2.15, 2.75, 2.75),
            "P": Contact(2.40, 2.15, 2.75, 2.75),
            "F": Contact(2.05, 1.85, 2.6, 2.6),
            "Cl": Contact(2.40, 2.15, 2.75, 2.75),
            "Br": Contact(2.50, 2.25, 2.85, 2.85),
        },
        coordination=(5, 6),
        smallest_gap=3.0,
        largest_shift=0.15,
        sources=(OHTAKI, PERSSON),
    ),
    # Mg-O 2.10 A in water; GFN2 has 1.96, and 1.89 to a carbonyl.
    "Mg2+": Ion(
        "Mg",
        2,
        6,
        {
            "O": Contact(2.08, 1.8, 2.3, 2.6),
            "N": Contact(2.20, 1.9, 2.5, 2.7),
            "S": Contact(2.60, 2.35, 2.9, 2.9),
            "P": Contact(2.65, 2.35, 2.95, 2.95),
            "F": Contact(2.00, 1.8, 2.5, 2.5),
            "Cl": Contact(2.45, 2.2, 2.8, 2.8),
            "Br": Contact(2.60, 2.35, 2.95, 2.95),
        },
        coordination=(6, 6),
        smallest_gap=3.0,
        largest_shift=0.15,
        sources=(OHTAKI, PERSSON),
    ),
    # Li-O 1.94 A in water, four of them; GFN2 has 1.89, and 1.82 to a carbonyl.
    "Li+": Ion(
        "Li",
        1,
        4,
        {
            "O": Contact(1.95, 1.7, 2.25, 2.5),
            "N": Contact(2.05, 1.85, 2.35, 2.6),
            "S": Contact(2.50, 2.25, 2.9, 2.9),
            "P": Contact(2.55, 2.3, 3.0, 3.0),
            "F": Contact(1.85, 1.65, 2.4, 2.4),
            "Cl": Contact(2.40, 2.15, 2.8, 2.8),
            "Br": Contact(2.55, 2.3, 2.95, 2.95),
        },
        coordination=(4, 4),
        smallest_gap=3.0,
        largest_shift=0.15,
        sources=(OHTAKI, MAHLER),
    ),
    # Na-O 2.43 A in water, five to six of them; GFN2 has 2.20 to 2.43.
    "Na+": Ion(
        "Na",
        1,
        6,
        {
            "O": Contact(2.40, 2.05, 2.8, 3.0),
            "N": Contact(2.50, 2.25, 2.9, 3.05),
            "S": Contact(2.85, 2.55, 3.3, 3.3),
            "P": Contact(2.95, 2.65, 3.4, 3.4),
            "F": Contact(2.30, 2.05, 2.9, 2.9),
            "Cl": Contact(2.75, 2.5, 3.2, 3.2),
            "Br": Contact(2.90, 2.65, 3.3, 3.3),
        },
        coordination=(5, 6),
        smallest_gap=3.0,
        largest_shift=0.15,
        sources=(OHTAKI, MAHLER),
    ),
}
"""Name -> ion. Contacts that no source gives are sums of ionic radii (Shannon, 10.1107/S0567739476001551)
with a margin on either side."""
