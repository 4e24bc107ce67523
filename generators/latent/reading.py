"""From a sentence to its molecule, whatever the sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from generators.latent.sharing import pairs
from generators.latent.strain import is_impossible
from generators.latent.symbols import (
    BARE,
    CLOSE,
    OPEN,
    SMALLEST,
    AtomSymbol,
    RingSymbol,
    Symbol,
    hydrogens,
    parsed,
)
from loop.molecule import Molecule, MoleculeError, parse

_BONDS = {1: "", 2: "=", 3: "#"}


@lru_cache(maxsize=50_000)
def to_molecule(symbols: tuple[str, ...]) -> Molecule:
    """Read a sentence into a neutral, closed-shell molecule.

    A bond is made no larger than there is room for, and an atom for which there is none hangs on the nearest
    one before that has room. A ring that finds no room or is larger than the chain, and an end of no branch,
    are passed over. Where charges do not cancel, the last symbols of the charge that is too much are read
    without it, one after the other; so is the last double bond of sulfur that lacks one bond to four or six.
    Where rings are strained as no molecule's are, the last one stays open. Stereochemistry that contradicts
    itself is left away. Where no molecule comes out that can be written down again (sulfur with three single
    bonds; an aromatic ring of borenium and silylium), the last symbol is left away: the beginning of a
    sentence keeps its meaning.

    Raises
    ------
    MoleculeError
        If there is no atom in it, or a symbol that the language has not.
    """
    known = tuple(parsed(symbol) for symbol in symbols)
    if None in known:
        raise MoleculeError(f"the language of molecules has no symbol '{symbols[known.index(None)]}'")
    if not any(isinstance(symbol, AtomSymbol) for symbol in known):
        raise MoleculeError("a sentence without an atom is no molecule")
    meant = tuple(symbol for symbol in known if symbol is not None)
    while True:
        found = _molecule(_neutral(meant))
        if found is None:
            meant = meant[:-1]
        elif (last := _last_ring(meant)) is not None and is_impossible(found):
            meant = (*meant[:last], *meant[last + 1 :])
        else:
            return found


def _last_ring(symbols: tuple[Symbol, ...]) -> int | None:
    """Where the last ring is closed."""
    return max((k for k, symbol in enumerate(symbols) if isinstance(symbol, RingSymbol)), default=None)


@dataclass(slots=True)
class _Atom:
    """An atom that was read.

    Attributes
    ----------
    parent
        Index of the atom before, ``-1`` of the first.
    free
        Bonds that it has room for.
    children
        Atoms after it.
    rings
        Partners of its other bonds, as they are closed, and the bonds' sides.
    """

    symbol: AtomSymbol
    parent: int
    free: int
    children: list[int] = field(default_factory=list)
    rings: list[tuple[int, str]] = field(default_factory=list)

    @property
    def hydrogens(self) -> int | None:
        """How many it has; ``None`` where there is no such atom."""
        bonds = self.symbol.valences[-1] - self.free
        return hydrogens(self.symbol.element, self.symbol.sign, bonds)


@dataclass(slots=True)
class _Structure:
    """Atoms, and the orders of the bonds between them by both ends, the smaller index first."""

    atoms: list[_Atom] = field(default_factory=list)
    orders: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, symbol: AtomSymbol, parent: int) -> bool:
        """Bind an atom to another, or to the nearest one before that with room; whether there was any."""
        while parent >= 0 and not self.atoms[parent].free:
            parent = self.atoms[parent].parent
        new = len(self.atoms)
        if new and parent < 0:
            return False
        self.atoms.append(_Atom(symbol, parent, symbol.valences[-1]))
        if new:
            self.bind(parent, new, symbol.order)
            self.atoms[parent].children.append(new)
        return True

    def bind(self, one: int, other: int, order: int) -> bool:
        """Make a bond as large as there is room for."""
        first, second = self.atoms[one], self.atoms[other]
        order = min(order, first.free, second.free)
        if order > 0:
            first.free -= order
            second.free -= order
            pair = (one, other) if one < other else (other, one)
            self.orders[pair] = self.orders.get(pair, 0) + order
        return order > 0

    def close(self, here: int, ring: RingSymbol) -> None:
        """Close a ring of the chain, if there is one so large."""
        there = here
        for _ in range(ring.size - 1):
            there = self.atoms[there].parent
            if there < 0:
                return
        if (there, here) not in self.orders and self.bind(there, here, ring.order):
            self.atoms[here].rings.append((there, ring.side))
            self.atoms[there].rings.append((here, ring.side))

    def share(self) -> None:
        """Make the double bonds of which atoms are half; who finds no partner in a ring takes hydrogen."""
        halves = {k for k, atom in enumerate(self.atoms) if atom.symbol.shares and atom.free}
        if not halves:
            return
        single = {pair for pair in self._in_rings() if halves.issuperset(pair) and self.orders.get(pair) == 1}
        for one, other in pairs(single):
            self.bind(one, other, 1)

    def settle(self) -> None:
        """Read the last double bond of an atom as a single one where it cannot have so many bonds."""
        for index, atom in enumerate(self.atoms):
            if atom.symbol.element in BARE and atom.hydrogens is None:
                double = [pair for pair, order in self.orders.items() if index in pair and order == 2]
                for pair in double[-1:]:
                    self.orders[pair] = 1
                    for end in pair:
                        self.atoms[end].free += 1

    def _in_rings(self) -> Iterator[tuple[int, int]]:
        """Bonds of the rings that are large enough."""
        for here, atom in enumerate(self.atoms):
            for there, _ in atom.rings:
                way = [here]
                while there < here and way[-1] != there:
                    way.append(self.atoms[way[-1]].parent)
                if len(way) >= SMALLEST:
                    yield there, here
                    yield from zip(way[1:], way, strict=False)

    @property
    def charge(self) -> int:
        """Of all atoms together."""
        return sum(atom.symbol.charge for atom in self.atoms)


def _neutral(symbols: tuple[Symbol, ...]) -> _Structure:
    """The structure of a sentence, charges that are too much left away."""
    while surplus := (found := _walk(symbols)).charge:
        last = max(k for k, s in enumerate(symbols) if isinstance(s, AtomSymbol) and s.charge * surplus > 0)
        symbols = (*symbols[:last], _uncharged(symbols[last]), *symbols[last + 1 :])
    return found


def _uncharged(symbol: Symbol) -> Symbol:
    return replace(symbol, charge=0) if isinstance(symbol, AtomSymbol) else symbol


def _walk(symbols: Sequence[Symbol]) -> _Structure:
    found = _Structure()
    stack: list[int] = []
    here = -1
    for symbol in symbols:
        if isinstance(symbol, AtomSymbol):
            if found.add(symbol, here):
                here = len(found.atoms) - 1
        elif here < 0:
            continue
        elif isinstance(symbol, RingSymbol):
            found.close(here, symbol)
        elif symbol == OPEN:
            stack.append(here)
        elif symbol == CLOSE and stack:
            here = stack.pop()
    found.share()
    found.settle()
    return found


def _molecule(found: _Structure) -> Molecule | None:
    """The molecule, if there is one; without stereochemistry where that contradicts itself."""
    for stereo in (True, False):
        smiles = _smiles(found, stereo)
        if smiles is None:
            return None
        try:
            return parse(smiles)
        except MoleculeError:
            continue
    return None


def _smiles(found: _Structure, stereo: bool) -> str | None:
    """SMILES; ``None`` where an atom has a number of bonds that it cannot have."""
    numbers: dict[tuple[int, int], int] = {}
    written: list[str] = []
    # What is left to write, the next at the end: an index of an atom, or text.
    left: list[int | str] = [0]
    while left:
        part = left.pop()
        if isinstance(part, str):
            written.append(part)
            continue
        atom = found.atoms[part]
        text = _text(atom, stereo)
        if text is None:
            return None
        if atom.parent >= 0:
            written.append(_bond(found.orders, (atom.parent, part), atom.symbol.side, stereo))
        written.append(text)
        for partner, side in atom.rings:
            pair = (min(part, partner), max(part, partner))
            number = numbers.setdefault(pair, len(numbers) + 1)
            bond = _bond(found.orders, pair, side, stereo) if partner < part else ""
            written.append(f"{bond}{number}" if number < 10 else f"{bond}%{number}")
        left += atom.children[-1:]
        for child in reversed(atom.children[:-1]):
            left += [CLOSE, child, OPEN]
    return "".join(written)


def _bond(orders: Mapping[tuple[int, int], int], pair: tuple[int, int], side: str, stereo: bool) -> str:
    return _BONDS[orders[pair]] or (side if stereo else "")


def _text(atom: _Atom, stereo: bool) -> str | None:
    symbol, count = atom.symbol, atom.hydrogens
    if count is None:
        return None
    # What has two hydrogen atoms has no winding.
    winding = symbol.winding if stereo and count < 2 else ""
    if not winding and not symbol.charge and symbol.element != "Si":
        return symbol.element
    return f"[{symbol.element}{winding}{_of(count)}{symbol.sign}]"


def _of(hydrogens: int) -> str:
    return {0: "", 1: "H"}.get(hydrogens, f"H{hydrogens}")
