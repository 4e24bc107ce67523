"""The language that molecules are written in: atoms one after the other, branches, and rings by their size.

It is SMILES (Weininger, 10.1021/ci00057a005) with changes, so that every sentence is a molecule, as in
SELFIES (Krenn et al., 10.1088/2632-2153/aba947). A bond is no larger than both its atoms have room for. A
ring is closed by its size, counted along the chain and not through the branches (as in DeepSMILES, O'Boyle
& Dalke, 10.26434/chemrxiv.7097960.v1): benzene is closed by ``6``, whatever hangs on it. Atoms say their
charge and winding and no hydrogen: that follows from the valence, so that no shell is open. A small letter is
an atom with a double bond to another one in an aromatic ring; outside of rings it is a plain atom, so that an
aromatic ring that fails to close becomes a saturated chain, and no polyene.

===============  ===============================================
``C``, ``=N+``   an atom, by its bond to the one before
``c``, ``n``     an atom that is half of a double bond in a ring
``C@@``, ``/C``  the same with the winding, or the side of a bond
``(``, ``)``     a branch begins, or ends
``6``, ``=5``    a ring of so many atoms is closed
===============  ===============================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

OPEN, CLOSE = "(", ")"

SMALLEST = 5
"""Atoms of a ring in which double bonds are shared."""

VALENCES: dict[str, tuple[int, ...]] = {
    **{"B": (3,), "C": (4,), "N": (3,), "O": (2,), "F": (1,), "Si": (4,), "P": (3, 5), "S": (2, 4, 6)},
    **{"Cl": (1,), "Br": (1,)},
    **{"B+": (2,), "C+": (3,), "N+": (4,), "O+": (3,), "F+": (2,), "Si+": (3,), "P+": (4,), "S+": (3,)},
    **{"Cl+": (2,), "Cl+2": (3,), "Cl+3": (4,), "Br+": (2,), "Br+2": (3,), "Br+3": (4,)},
    **{"B-": (4,), "C-": (3,), "N-": (2,), "O-": (1,), "Si-": (3,), "P-": (2,), "S-": (1,)},
}
"""Bonds of an atom, hydrogen included, by element and charge; of several, the smallest that is enough."""

BARE = {"S"}
"""Elements that hold no hydrogen beyond their smallest valence: H-phosphonates exist, the like of sulfur does
not."""

_ATOM = re.compile(
    r"(?P<bond>[=#/\\]?)(?P<element>[A-Z][a-z]?|[bcnps])(?P<winding>@{0,2})(?P<charge>(?:[+-]\d?)?)"
)
_RING = re.compile(r"(?P<bond>[=/\\]?)(?P<size>\d+)")
_ORDERS = {"=": 2, "#": 3}
_SIDES = ("/", "\\")


@dataclass(frozen=True)
class AtomSymbol:
    r"""An atom and its bond to the one before.

    Attributes
    ----------
    element
        Its symbol.
    order
        Of the bond, where there is room.
    side
        ``/``, ``\\`` or nothing, as in SMILES.
    winding
        ``@``, ``@@`` or nothing, as in SMILES.
    charge
        Formal.
    shares
        Whether it is half of a double bond in a ring.
    """

    element: str
    order: int = 1
    side: str = ""
    winding: str = ""
    charge: int = 0
    shares: bool = False

    @cached_property
    def sign(self) -> str:
        """The charge as SMILES has it."""
        if not self.charge:
            return ""
        return f"{'+' if self.charge > 0 else '-'}{abs(self.charge) if abs(self.charge) > 1 else ''}"

    @cached_property
    def valences(self) -> tuple[int, ...]:
        """What it may have; none where the language has no such atom."""
        return VALENCES.get(self.element + self.sign, ())

    def __str__(self) -> str:
        """As it stands in a sentence."""
        bond = {1: self.side, 2: "=", 3: "#"}[self.order]
        element = self.element.lower() if self.shares else self.element
        return f"{bond}{element}{self.winding}{self.sign}"


@dataclass(frozen=True)
class RingSymbol:
    """A bond that closes a ring of so many atoms; its side as the last of them sees it."""

    size: int
    order: int = 1
    side: str = ""

    def __str__(self) -> str:
        """As it stands in a sentence."""
        return f"{'=' if self.order == 2 else self.side}{self.size}"


Symbol = AtomSymbol | RingSymbol | str
"""Or one of :data:`OPEN` and :data:`CLOSE`."""


@lru_cache(maxsize=10_000)
def parsed(text: str) -> Symbol | None:
    """What a symbol says; ``None`` where the language has no such symbol."""
    if text in {OPEN, CLOSE}:
        return text
    if found := _RING.fullmatch(text):
        size, bond = int(found["size"]), found["bond"]
        return RingSymbol(size, _ORDERS.get(bond, 1), bond if bond in _SIDES else "") if size > 2 else None
    if not (found := _ATOM.fullmatch(text)):
        return None
    bond, sign = found["bond"], found["charge"]
    charge = int(sign if sign[1:] else sign + "1") if sign else 0
    atom = AtomSymbol(
        found["element"].capitalize(),
        _ORDERS.get(bond, 1),
        bond if bond in _SIDES else "",
        found["winding"],
        charge,
        found["element"].islower(),
    )
    return atom if atom.valences else None


def is_atom(symbol: str) -> bool:
    """Whether a symbol stands for an atom, and so for a molecule where it is the first."""
    return isinstance(parsed(symbol), AtomSymbol)


@cache
def hydrogens(element: str, sign: str, bonds: int) -> int | None:
    """Hydrogen atoms of an atom with bonds of these orders together; ``None`` if there is no such atom."""
    states = VALENCES[element + sign]
    state = next((state for state in states if state >= bonds), None)
    if state is None or (state > bonds and state > states[0] and element in BARE):
        return None
    return state - bonds
