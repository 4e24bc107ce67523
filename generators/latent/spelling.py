"""From a molecule to its sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rdkit import Chem

from generators.latent.symbols import OPEN, SMALLEST, AtomSymbol, RingSymbol, hydrogens, parsed
from loop.molecule import Molecule, MoleculeError

_PIECE = re.compile(
    r"(?P<bond>[-=#/\\])?"
    r"(?:(?P<plain>Cl|Br|[BCNOFPSIbcnops])"
    r"|\[(?P<element>[A-Z][a-z]?|[bcnops])(?P<winding>@{0,2})(?:H(?P<hydrogens>\d?))?(?P<charge>[+-]\d?)?\]"
    r"|(?P<ring>\d|%\d\d)"
    r"|(?P<branch>[()]))"
)
_ACROSS = {"/": "\\", "\\": "/"}
"""A side as the other end of the bond sees it."""


@dataclass
class _Atom:
    """An atom as it is written, and what hangs on it.

    Attributes
    ----------
    path
        Indices of the atoms from the first to this one.
    place
        Of its symbol in the sentence.
    bonds
        Orders of its bonds together.
    stated
        Its hydrogen atoms, where the text tells.
    digits
        Rings of this atom in the order of the text.
    """

    symbol: AtomSymbol
    path: tuple[int, ...]
    place: int
    bonds: int
    stated: int | None
    digits: list[str] = field(default_factory=list)


class _Speller:
    """Reads SMILES from left to right."""

    def __init__(self, molecule: Molecule) -> None:
        self._molecule = molecule
        self._text, self._sharing = _read(molecule)
        self._atoms: list[_Atom] = []
        self._now: int | None = None
        self._stack: list[int] = []
        self._open: dict[str, tuple[int, str, str]] = {}
        self._sentence: list[str] = []
        self._rings = 0
        # Of each atom, its rings in the order in which they are closed in the sentence.
        self._closed: dict[int, list[str]] = {}

    def spell(self) -> tuple[str, ...]:
        place = 0
        while place < len(self._text):
            piece = _PIECE.match(self._text, place)
            if piece is None:
                raise self._unspelled(_first_atom(self._text[place:]))
            place = piece.end()
            if piece["branch"]:
                self._branch(piece["branch"])
            elif piece["ring"]:
                self._ring(piece["ring"], piece["bond"])
            else:
                self._atom(piece)
        for index, atom in enumerate(self._atoms):
            self._finish(index, atom)
        return tuple(self._sentence)

    def _branch(self, sign: str) -> None:
        if sign == OPEN and self._now is not None:
            self._stack.append(self._now)
        elif self._stack:
            self._now = self._stack.pop()
        self._sentence.append(sign)

    def _atom(self, piece: re.Match[str]) -> None:
        index = len(self._atoms)
        element = (piece["plain"] or piece["element"]).capitalize()
        if index in self._sharing:
            element = element.lower()
        symbol = parsed(f"{_told(piece['bond'])}{element}{piece['winding'] or ''}{piece['charge'] or ''}")
        if not isinstance(symbol, AtomSymbol):
            raise self._unspelled(piece[0])
        before: tuple[int, ...] = ()
        if self._now is not None:
            self._atoms[self._now].bonds += symbol.order
            before = self._atoms[self._now].path
        stated = None if piece["plain"] else int(piece["hydrogens"] or (piece["hydrogens"] is not None))
        bonds = (symbol.order if before else 0) + symbol.shares
        self._atoms.append(_Atom(symbol, (*before, index), len(self._sentence), bonds, stated))
        self._sentence.append(str(symbol))
        self._now = index

    def _ring(self, digit: str, bond: str | None) -> None:
        assert self._now is not None  # noqa: S101 - no SMILES begins with a ring
        here = self._atoms[self._now]
        if digit not in self._open:
            name = f"{self._rings}"
            self._rings += 1
            self._open[digit] = (self._now, _told(bond), name)
            here.digits.append(name)
            return
        there, opened, name = self._open.pop(digit)
        if there not in here.path:
            raise self._unspelled("a ring like that")
        size = len(here.path) - here.path.index(there)
        symbol = parsed(f"{_told(bond) or _ACROSS.get(opened, opened)}{size}")
        if not isinstance(symbol, RingSymbol):
            raise self._unspelled("a ring like that")
        here.digits.append(name)
        for index in (self._now, there):
            self._atoms[index].bonds += symbol.order
            self._closed.setdefault(index, []).append(name)
        self._sentence.append(str(symbol))

    def _finish(self, index: int, atom: _Atom) -> None:
        """Check the hydrogen, and turn the winding where rings are told in another order than the text's."""
        found = hydrogens(atom.symbol.element, atom.symbol.sign, atom.bonds)
        if found is None or (atom.stated is not None and atom.stated != found):
            raise self._unspelled(f"{atom.symbol} with so many bonds")
        if atom.symbol.winding and atom.digits and _odd(atom.digits, self._closed[index]):
            turned = "@" if atom.symbol.winding == "@@" else "@@"
            self._sentence[atom.place] = str(replace(atom.symbol, winding=turned))

    def _unspelled(self, what: str) -> MoleculeError:
        return MoleculeError(f"the language of molecules has no word for {what} in '{self._molecule}'")


def _told(bond: str | None) -> str:
    """What the language tells of a bond: not that it is single."""
    return "" if bond in {None, "-"} else str(bond)


def _first_atom(text: str) -> str:
    return text[: text.index("]") + 1] if "]" in text else text


def _odd(some: list[str], others: list[str]) -> bool:
    """Whether an odd number of swaps leads from one order to the other."""
    places = [others.index(one) for one in some]
    return sum(a > b for k, a in enumerate(places) for b in places[k + 1 :]) % 2 == 1


def _read(molecule: Molecule) -> tuple[str, set[int]]:
    """SMILES, and the places in it of atoms with a double bond in an aromatic ring.

    Where such a ring is smaller than those in which double bonds are shared (cyclopropenone), all are told.
    """
    if not set("bcnps") & set(molecule.smiles):
        return molecule.smiles, set()
    mol = molecule.rdkit()
    Chem.Kekulize(mol)
    rings = mol.GetRingInfo()
    double = [b for b in mol.GetBonds() if b.GetIsAromatic() and b.GetBondType() == Chem.BondType.DOUBLE]
    if any(rings.MinBondRingSize(bond.GetIdx()) < SMALLEST for bond in double):
        Chem.Kekulize(mol, clearAromaticFlags=True)
        return str(Chem.MolToSmiles(mol, canonical=False)), set()
    return molecule.smiles, {k for bond in double for k in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())}


@lru_cache(maxsize=50_000)
def to_symbols(molecule: Molecule) -> tuple[str, ...]:
    """Write a molecule as symbols, with its stereochemistry.

    Raises
    ------
    MoleculeError
        If an atom has bonds that the language does not give it, or the molecule is no tree with rings.
    """
    return _Speller(molecule).spell()
