"""Which atoms of a molecule can bind a metal ion."""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem.rdchem import BondType, Mol

from loop.molecule import Molecule
from oracles.chemistry.theory import uncovered

COVERED = frozenset({"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br"})
"""Elements of ligands that complexes are built from."""

DONORS: dict[str, str] = {
    "carbonyl O": "[OX1;+0]=[#6]",
    "sulfoxide or sulfonyl O": "[OX1;+0]=[#16]",
    "phosphoryl O": "[OX1;+0]=[#15]",
    "nitro or nitroso O": "[OX1;+0]=[#7]",
    "anionic O": "[OX1;-1]",
    # The single-bonded O of an acid or ester gives its lone pair to the C=O, which binds instead.
    "ether or hydroxyl O": "[OX2;+0;!a;!$(O-[#6,#7,#15,#16]=[O,S,N])]",
    # Not the N of amides, sulfonamides, amidines and cyanamides: its lone pair is in the pi system.
    "amine N": "[NX3;+0;!a;!$(N-[#6,#7,#15,#16]=[O,S,N]);!$(N-[#6]#N)]",
    "anionic N": "[N;-1;!$(N=[N+])]",
    "imine N": "[NX2;+0;!a]=[#6,#7]",
    # Of sulfoximines, sulfilimines and phosphazenes, stronger bases than their oxygens.
    "imide N": "[NX2;+0;!a]=[#15,#16]",
    # Of a C-nitroso compound, which binds through N; nitrites and nitrosamines give O.
    "nitroso N": "[NX2;+0;$(N-[#6])]=[OX1;+0]",
    "aromatic N": "[nX2;+0]",
    "nitrile N": "[NX1;+0]#[#6,#15,#16]",
    "thiocarbonyl S": "[SX1;+0]=[#6,#15,#16]",
    "anionic S": "[SX1;-1]",
    "thioether or thiol S": "[SX2;+0;!a;!$(S-[#6]=[O,S,N]);!$(S-[#6]#N)]",
    "phosphine P": "[PX3;+0;!a]",
}
"""Kind of donor -> SMARTS whose first atom donates."""

NITRO = "nitro or nitroso O"

CHARGE_SHARED = Chem.MolFromSmarts("[O,S;X1;-1]-*=[O,S;X1;+0]")


@dataclass(frozen=True)
class Donor:
    """One atom, standing for all that symmetry makes equal to it.

    Attributes
    ----------
    atom
        Index in the molecule.
    element
        Its symbol.
    kind
        What it is, a key of :data:`DONORS`.
    """

    atom: int
    element: str
    kind: str


def every(mol: Mol) -> tuple[Donor, ...]:
    """All donors of a molecule, by atom index."""
    shared = _shared(mol)
    found: dict[int, Donor] = {}
    for kind, smarts in DONORS.items():
        for match in mol.GetSubstructMatches(Chem.MolFromSmarts(smarts), maxMatches=mol.GetNumAtoms()):
            atom = match[0]
            named = shared.get(atom, kind)
            found.setdefault(atom, Donor(atom, mol.GetAtomWithIdx(atom).GetSymbol(), named))
    return tuple(found[atom] for atom in sorted(found))


def find(mol: Mol) -> tuple[Donor, ...]:
    """Donors of a molecule, one per symmetry class, by atom index."""
    same = classes(mol)
    found: dict[int, Donor] = {}
    for donor in every(mol):
        found.setdefault(same[donor.atom], donor)
    return tuple(sorted(found.values(), key=lambda d: d.atom))


def classes(mol: Mol) -> list[int]:
    """A number for each atom, one for those that symmetry makes equal, a carboxylate's oxygens among them."""
    copy = Chem.RWMol(mol)
    for atom in _shared(mol):
        terminal = copy.GetAtomWithIdx(atom)
        terminal.SetFormalCharge(0)
        terminal.GetBonds()[0].SetBondType(BondType.ONEANDAHALF)
    return list(Chem.CanonicalRankAtoms(copy, breakTies=False))


def _shared(mol: Mol) -> dict[int, str]:
    """Oxygens and sulfurs that share a charge, as those of a carboxylate do, each with the kind of donor."""
    found: dict[int, str] = {}
    for one, centre, other in mol.GetSubstructMatches(CHARGE_SHARED, uniquify=False):
        if mol.GetAtomWithIdx(one).GetAtomicNum() == mol.GetAtomWithIdx(other).GetAtomicNum():
            of_nitrogen = mol.GetAtomWithIdx(centre).GetAtomicNum() == 7
            kind = NITRO if of_nitrogen else f"anionic {mol.GetAtomWithIdx(one).GetSymbol()}"
            found[one] = found[other] = kind
    return found


def refusal(molecule: Molecule, ion: str = "Zn2+") -> str | None:
    """Say why no complex of a molecule is built: foreign elements, ions, no donor atom.

    Parameters
    ----------
    ion
        Name of the metal ion, for the message.
    """
    if (reason := uncovered(molecule, COVERED, "which this protocol was not checked for")) is not None:
        return reason
    if molecule.charge:
        return (
            f"{molecule} has the charge {molecule.charge:+d}; the exchange energies of ions are not "
            "comparable with those of neutral molecules, give its neutral form or a zwitterion"
        )
    if not find(molecule.rdkit()):
        return (
            f"{molecule} has no donor atom for {ion}: no O, N, S or P with a lone pair to give (O and S in "
            "aromatic rings and N in amides count as having none)"
        )
    return None
