"""The one gate through which text becomes a molecule.

Everything that enters a campaign (a line of a seed list, a decoded string, a library entry) passes
:func:`parse`, so that two spellings of one compound are one molecule everywhere: in the ledger, in
the surrogate and in the report. RDKit is used on this floor in this file alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, RDLogger
from rdkit.Chem import Crippen, DataStructs, rdFingerprintGenerator, rdMolDescriptors
from rdkit.Chem.rdchem import Mol

MAX_TEXT = 1000
"""Longest SMILES read (characters); longer text is refused before RDKit sees it."""

ELEMENTS = ("H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br")
"""Elements that every part of the project covers."""

ISOTOPE = re.compile(r"\[\d")
"""What a SMILES with an isotope label holds."""

SYMBOL = re.compile(r"[A-Z][a-z]?")
"""An element of a formula."""

SEPARATED = re.compile(r"\[[SP]@*H?\d?\+")
"""What a SMILES with positive sulfur or phosphorus holds."""

RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]


class MoleculeError(ValueError):
    """A text that is not a molecule this project can work with; the message says why."""


@dataclass(frozen=True, order=True)
class Molecule:
    """A canonical molecule; equality is equality of the canonical SMILES.

    Build one with :func:`parse`, or :func:`known` where a canonical SMILES was stored; never directly.

    Attributes
    ----------
    smiles
        RDKit's canonical isomeric SMILES.
    """

    smiles: str

    def __hash__(self) -> int:
        """As equality; pools hash thousands of molecules a round, and a string keeps its hash."""
        return hash(self.smiles)

    @cached_property
    def charge(self) -> int:
        """Net charge, in units of e."""
        return int(Chem.GetFormalCharge(_shared(self.smiles)))

    @cached_property
    def heavy_atoms(self) -> int:
        """Number of atoms other than hydrogen."""
        return int(_shared(self.smiles).GetNumHeavyAtoms())

    @cached_property
    def mirror_image(self) -> Molecule:
        """The other enantiomer, with the same properties among achiral ones; itself where there is none."""
        if "@" not in self.smiles:
            return self
        mol = self.rdkit()
        for atom in mol.GetAtoms():
            atom.InvertChirality()
        return parse(Chem.MolToSmiles(mol))

    @cached_property
    def inchikey(self) -> str:
        """Standard InChIKey, the name used for files; empty where InChI does not cover the valences."""
        return str(Chem.MolToInchiKey(self.rdkit()))  # type: ignore[no-untyped-call]

    @cached_property
    def formula(self) -> str:
        """Hill formula."""
        return str(rdMolDescriptors.CalcMolFormula(self.rdkit()))

    def rdkit(self) -> Mol:
        """Return a fresh RDKit molecule (implicit hydrogens)."""
        return Chem.MolFromSmiles(self.smiles)

    def view(self) -> Mol:
        """Return RDKit's molecule as it was read before: to look at, and never to change."""
        return _shared(self.smiles)

    def __str__(self) -> str:
        return self.smiles


@lru_cache(maxsize=4096)
def _shared(smiles: str) -> Mol:
    """RDKit's molecule, read once for parsing, limits and fingerprint; never change what it returns."""
    return Chem.MolFromSmiles(smiles)


@lru_cache(maxsize=200_000)
def parse(text: str) -> Molecule:
    """Read a SMILES into a canonical :class:`Molecule`.

    Parameters
    ----------
    text
        A SMILES string of one connected, closed-shell molecule.

    Raises
    ------
    MoleculeError
        If the text is empty, too long, does not parse, holds several fragments or a radical.
    """
    text = text.strip()
    if not text:
        raise MoleculeError("the SMILES is empty")
    if len(text) > MAX_TEXT:
        raise MoleculeError(f"the SMILES has {len(text)} characters, more than {MAX_TEXT}")
    mol = _shared(text)
    if mol is None or mol.GetNumAtoms() == 0:
        raise MoleculeError(f"'{text}' is not a valid SMILES")
    # Explicit hydrogens and atom-map numbers would give one compound several canonical forms.
    if ":" in text:
        mol = Chem.Mol(mol)
        for atom in mol.GetAtoms():
            atom.SetAtomMapNum(0)
    if mol.GetNumAtoms() > mol.GetNumHeavyAtoms():
        mol = Chem.RemoveHs(mol)
    if "[O-" in text and SEPARATED.search(text):
        mol = _oxides(mol)
    canonical = Chem.MolToSmiles(mol)
    # Text that is canonical already needs no second round: the same text gives the same molecule.
    mol = _shared(canonical)
    if mol is None:
        raise MoleculeError(f"'{text}' has no canonical form that RDKit reads: {canonical}")
    smiles = canonical if canonical == text else Chem.MolToSmiles(mol)
    if "." in smiles:
        raise MoleculeError(f"'{text}' has several fragments; give one connected molecule")
    # Only an atom in brackets may lack hydrogens; going through atoms takes as long as reading the SMILES.
    if "[" in smiles and any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms()):
        raise MoleculeError(f"'{text}' is a radical; give a closed-shell molecule")
    if "*" in smiles:
        raise MoleculeError(f"'{text}' holds an atom without an element (*); give a whole molecule")
    molecule = known(smiles)
    # At hand here; read again it would cost as much as all of the above.
    vars(molecule).update(charge=Chem.GetFormalCharge(mol), heavy_atoms=mol.GetNumHeavyAtoms())
    return molecule


def _oxides(mol: Mol) -> Mol:
    """Oxides of sulfur and phosphorus with a double bond: some databases write DMSO as ``C[S+](C)[O-]``."""
    mol = Chem.Mol(mol)
    for centre, oxygen in mol.GetSubstructMatches(_pattern("[SX3,SX4,PX4;+,+2]-[OX1-1]")):
        positive, negative = mol.GetAtomWithIdx(centre), mol.GetAtomWithIdx(oxygen)
        if positive.GetFormalCharge() > 0:
            positive.SetFormalCharge(positive.GetFormalCharge() - 1)
            negative.SetFormalCharge(0)
            mol.GetBondBetweenAtoms(centre, oxygen).SetBondType(Chem.BondType.DOUBLE)
    Chem.SanitizeMol(mol)
    return mol


@lru_cache(maxsize=200_000)
def known(smiles: str) -> Molecule:
    """The molecule of a canonical SMILES that :func:`parse` gave once; nothing is read or checked again."""
    return Molecule(smiles)


UNSUITABLE: Mapping[str, str] = {
    "peroxide": "[OX2,OX1-][OX2,OX1-]",
    "hypohalite or N-halogen": "[F,Cl,Br][O,N,S]",
    "nitrile oxide or isocyanide": "[CX2]#[N+]",
    "azide, diazo or diazonium group, or nitrous oxide": "[N;$([N]=[N+]=*),$([N]#[N+])]",
    "azo group without an aryl": "[NX2;!a;!$(N-a)]=[NX2;!a;!$(N-a)]",
    "three or more chained nitrogens outside an aromatic ring": "[N;!a]~[N;!a]~[N;!a]",
    "acyl, sulfonyl or phosphoryl halide": "[C,S,P](=O)[F,Cl,Br]",
    "acyl cyanide": "[CX3](=O)C#N",
    "acyl nitro group": "[CX3](=O)[N+](=O)[O-]",
    "alkyne or cyanide conjugated with another": "[C,N]#[CX2][CX2]#[C,N]",
    "ynol, ynol ether or ynamine": "[CX2]#[CX2][OX2,SX2,NX3]",
    "alkyne in a small ring": "[CX2;r4,r5,r6,r7]#[CX2]",
    "hydrogen cyanide or cyanate": "[$([CX2;H1]#N),$([CX2](#N)[OX2])]",
    "three cyanides on one carbon": "[CX4](C#N)(C#N)C#N",
    "alkene that water polymerises (1,1-dicyano, 2-cyanoacrylate)": "C=C(C#N)[$(C#N),$(C(=O)[OX2])]",
    "anhydride": "C(=O)OC=O",
    "isocyanate, isothiocyanate, ketene, allene, carbodiimide or CO2": "[C,N,O,S]=C=[C,N,O,S]",
    "three-membered ring": "[r3]",
    "double bond in a four-membered ring": "[r4]=,:;@[r4]",
    "beta-lactone": "O=[#6;r4][OX2;r4]",
    "open-chain geminal diol, hemiacetal or hemiaminal": "[OX2H][CX4;!R][OX2,NX3,NX2]",
    "enol, ene-amine N-H or thio-enol that no carbonyl holds": (
        "[#6;!a;!$([#6]C=[O,N,S])]=[#6;!a;!$([#6;R]C=O)][OX2H,SX2H,NX3H,NX3H2]"
    ),
    "imine that water cleaves": "[CX3;!a;!$(C[#7,#8,#16]);!$(C=N[#7,#8])]=[NX2;!a;!$(N[#7,#8,#16])]",
    "azine": "[CX3;!a]=[NX2;!a][NX2;!a]=[CX3;!a]",
    "open-chain imidate": "[CX3;!a](=[NX2;!R])[OX2;!R]",
    "orthoester": "[CX4]([OX2])([OX2])[OX2]",
    "derivative of formaldimine, which polymerises": "[CX3H2]=[NX2]",
    "imidic acid, the tautomer of an amide": "[OX2H,SX2H][CX3;!a]=[NX2]",
    "open-chain aminal or hemiaminal ether": (
        "[NX3;!$(N[C,S,P]=[O,S])][CX4;!R][NX3,OX2,SX2;!$([N,O,S][C,S,P]=[O,S])]"
    ),
    "alpha-halo amine, ether or thioether": "[NX3,OX2,SX2][CX4][Cl,Br]",
    "alpha-fluoro alcohol, thiol or amine, which loses HF": "[OX2H,SX2H,NX3;!$(N[C,S,P]=[O,S])][CX4]F",
    "amino acid drawn neutral, a zwitterion in water": (
        "[NX3;!$(N*=[O,S,N]);!$(N-a);!$(NS)].[CX3](=O)[OX2H]"
    ),
    "carbamic or carbonic acid": "[OX2H][CX3](=[O,S])[NX3,OX2,SX2]",
    "sulfur hydride other than a thiol": "[S;!H0;$([!X2]),$([X2][S,N,O])]",
    "sulfurane": "[SX4v4]",
    "open-chain N-S bond to divalent sulfur, or S-O-C sulfenate": "[SX2;!a;!$(S=*)][N,O;!a]",
    "thioaldehyde or thioketone": "[CX3;!$(C[#7,#8,#16])]=[SX1]",
    "silicon, phosphorus or boron hydride": "[Si,P,B;!H0]",
    "silicon or boron bound to halogen or nitrogen, or multiply bound": "[Si,B;$(*[F,Cl,Br,#7]),$(*=,#*)]",
    "phosphorus(III) ester, amide or halide": "[PX3][O,N,S,F,Cl,Br]",
    "nitroso group or nitrite": "[NX2]=[OX1]",
    "nitrate ester or nitramine": "[OX2,NX3,n][N+](=O)[O-]",
    "several nitro groups": "[N+](=O)[O-].[N+](=O)[O-]",
    "N-O-N or N-N-O chain": "[$([N;!a;+0][OX2][N;!a;+0]),$([N;!a;+0][N;!a;+0][OX2])]",
    "aldehyde": "[CX3;$([H1](=O)[#6]),$([H2]=O)]",
    "sulfonic or sulfuric acid, an anion in water": "[SX4](=O)(=O)[OX2H]",
    "carbene, carbon anion or cation": "[#6-,#6+]",
    "primary alkyl bromide or iodide": "[CX4][Br,I]",
}
"""Groups that hydrolyse, explode or rearrange in water, named for the message and matched as SMARTS.

A chemist's list of what cannot sit in a mildly acidic zinc electrolyte for weeks; a campaign file may
replace it."""


@dataclass(frozen=True)
class Limits:
    """What a campaign will consider at all.

    Attributes
    ----------
    min_heavy_atoms, max_heavy_atoms
        Size of the molecule, in atoms other than hydrogen.
    elements
        Element symbols allowed, hydrogen included.
    max_logp
        Largest Crippen logP (dimensionless), a stand-in for water solubility; ``None`` for no limit.
        Known zinc additives lie between -4.2 and 1.1.
    exclude
        Name -> SMARTS of groups that are refused.
    allow_charged
        Accept a net charge; zwitterions are always neutral in this sense.
    allow_zwitterions
        Accept formally charged atoms in a neutral molecule other than nitro groups and N-oxides.
    """

    min_heavy_atoms: int = 2
    max_heavy_atoms: int = 20
    elements: tuple[str, ...] = ELEMENTS
    max_logp: float | None = 1.1
    exclude: Mapping[str, str] = field(default_factory=lambda: dict(UNSUITABLE))
    allow_charged: bool = False
    allow_zwitterions: bool = False

    def refusal(self, molecule: Molecule) -> str | None:
        """Return why the molecule lies outside the limits, or ``None`` if it is inside."""
        if not self.min_heavy_atoms <= molecule.heavy_atoms <= self.max_heavy_atoms:
            return (
                f"{molecule.heavy_atoms} heavy atoms, outside "
                f"{self.min_heavy_atoms} to {self.max_heavy_atoms}"
            )
        if molecule.charge and not self.allow_charged:
            return f"net charge {molecule.charge:+d}"
        mol = _shared(molecule.smiles)
        if ISOTOPE.search(molecule.smiles):
            return "isotope labels: another name for a molecule whose properties here are the same"
        foreign = set(SYMBOL.findall(rdMolDescriptors.CalcMolFormula(mol))) - {*self.elements, "H"}
        if foreign:
            return f"element {', '.join(sorted(foreign))} is not allowed"
        if not self.allow_zwitterions and is_zwitterion(molecule):
            return "zwitterion"
        if self.max_logp is not None:
            logp = Crippen.MolLogP(mol)  # type: ignore[attr-defined]
            if logp > self.max_logp:
                return f"logP {logp:.2f} is above {self.max_logp:g}"
        for name, smarts in self.exclude.items():
            if mol.HasSubstructMatch(_pattern(smarts)):
                return f"contains {name}"
        return None


@lru_cache(maxsize=1000)
def _pattern(smarts: str) -> Mol:
    pattern = Chem.MolFromSmarts(smarts)
    if pattern is None:
        raise MoleculeError(f"'{smarts}' is not a valid SMARTS")
    return pattern


def check_smarts(smarts: str) -> None:
    """Raise :class:`MoleculeError` unless the text is a valid SMARTS."""
    _pattern(smarts)


def is_zwitterion(molecule: Molecule) -> bool:
    """Whether the molecule holds charges of both signs on atoms that are not bonded to each other.

    Nitro groups, N-oxides and ylides do not count: their charges are neighbours.
    """
    if "+" not in molecule.smiles:
        return False
    lone = [
        atom.GetFormalCharge()
        for atom in _shared(molecule.smiles).GetAtoms()
        if atom.GetFormalCharge()
        and not any(n.GetFormalCharge() * atom.GetFormalCharge() < 0 for n in atom.GetNeighbors())
    ]
    return any(charge > 0 for charge in lone) and any(charge < 0 for charge in lone)


_BITS = 2048
_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=_BITS)


@lru_cache(maxsize=100_000)
def fingerprint(molecule: Molecule) -> DataStructs.ExplicitBitVect:
    """Morgan bit fingerprint (radius 2, 2048 bits) for similarity; Rogers & Hahn, 10.1021/ci100050t."""
    bits: DataStructs.ExplicitBitVect = _MORGAN.GetFingerprint(_shared(molecule.smiles))
    return bits


def similarities(molecule: Molecule, others: Sequence[Molecule]) -> NDArray[np.float64]:
    """Tanimoto similarity (0 to 1) of one molecule to each of the others, shape ``(n,)``."""
    return np.array(
        DataStructs.BulkTanimotoSimilarity(fingerprint(molecule), [fingerprint(o) for o in others]),
        dtype=np.float64,
    )


def nearest(molecules: Iterable[Molecule], others: Sequence[Molecule]) -> Iterator[float]:
    """Yield the largest Tanimoto similarity of each molecule to any of the others; 0 if there are none."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - a quarter of a second that most commands can spare

    stream = iter(molecules)
    known = _dense([_on_bits(o) for o in others])
    sizes = known.sum(axis=0)
    while chunk := [_on_bits(m) for m in islice(stream, _CHUNK)]:
        counts = np.array([len(bits) for bits in chunk])
        ends = np.cumsum(counts)
        ones = np.ones(int(ends[-1]), dtype=np.float32)
        bits = csr_array((ones, np.concatenate(chunk), np.append(0, ends)), shape=(len(chunk), _BITS))
        shared = (bits @ known).astype(np.float64)
        yield from (shared / (counts[:, None] + sizes - shared)).max(axis=1, initial=0.0).tolist()


_CHUNK = 512
"""Molecules compared at once."""


def _dense(fingerprints: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
    """Fingerprints as columns, shape ``(bits, n)``."""
    table = np.zeros((_BITS, len(fingerprints)), dtype=np.float32)
    for column, bits in enumerate(fingerprints):
        table[bits, column] = 1.0
    return table


@lru_cache(maxsize=100_000)
def _on_bits(molecule: Molecule) -> NDArray[np.int32]:
    return np.array(fingerprint(molecule).GetOnBits(), dtype=np.int32)
