"""Molecules whose GFN2 geometry cannot carry an orbital energy."""

from __future__ import annotations

from rdkit import Chem

from loop.molecule import Molecule

PATTERNS = (
    "[N,O,S;+0;!a]-;!:[N,O,S,n;+0]",
    "[O;!$(O~[!#8])]~[O;!$(O~[!#8])]",
    "[F,Cl]~[N,O,S,F,Cl]",
    "[B]~[F,Cl]",
    "[r3,r4;R2]@[r3,r4;R2]",
)
"""A single, non-aromatic bond between two uncharged atoms of N, O and S; oxygen in nothing but oxygen;
halogen at an atom as electronegative, or at boron; small rings that share a bond.

Shift of the HOMO in water from the GFN2/ALPB geometry to one relaxed with B3LYP/6-31G(d) in IEF-PCM, in
eV. With one of these: hydrazine -0.26, acetohydrazide -0.72, N-methyl methanesulfinamide -0.53,
1,2,4-thiadiazolidine -0.20, sulfenamide -0.18, O-methylhydroxylamine -0.20, dimethyl sulfite -0.22,
methanesulfonic acid -0.15, sulfamide -0.18, methanesulfonamide -0.05, dimethyl disulfide +0.01 (LUMO
-0.33), ozone +0.23, bicyclobutane -0.15, boron trifluoride -0.03 (LUMO -0.05). Without: urea -0.07,
thiourea -0.02, DMSO +0.02, dimethyl sulfone 0.00, methylphosphonic acid -0.05, ethylene glycol -0.09,
nitromethane -0.08, triazole -0.01, pyrazole 0.00, isothiazole +0.06. A hypervalent S or P is therefore no
reason by itself.

The force of B3LYP/6-31G(d) at the GFN2 geometry is no sign of it: its root mean square is 0.4 to 0.7
eV/angstrom for hydrazine, acetohydrazide, sulfenamide and bicyclobutane, and 0.8 to 1.1 for urea, dimethyl
sulfone, acetonitrile and nitromethane, as bonds that are all a little long do not move the HOMO."""


def is_delicate(molecule: Molecule) -> bool:
    """Whether the geometry must be relaxed with density-functional forces."""
    mol = molecule.rdkit()
    return any(mol.HasSubstructMatch(Chem.MolFromSmarts(pattern)) for pattern in PATTERNS)
