"""Whether molecules have a plausible shape, by PoseBusters (Buttenschoen et al., 10.1039/D3SC04185A)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers
from rdkit.Chem.rdchem import Mol

from generators.evaluation.shares import Share
from loop.molecule import Molecule
from loop.protocols import PartError

SEED = 61453
NO_SHAPE = "no conformer"
NO_FORCES = "no force field knows its atoms"


class PlausibleError(PartError):
    """Shapes cannot be judged; the message says what to install."""


@dataclass(frozen=True)
class Plausibility:
    """What PoseBusters says of some molecules.

    Attributes
    ----------
    valid
        Those that pass every test.
    failed
        Test -> how many failed it; :data:`NO_SHAPE` where ETKDG finds none, :data:`NO_FORCES` where that
        cannot be relaxed.
    """

    valid: Share
    failed: dict[str, int]


def plausibility(
    molecules: Sequence[Molecule], report: Callable[[int], None] = lambda _done: None
) -> Plausibility:
    """Embed each molecule with ETKDGv3, relax it with MMFF94, and run PoseBusters' tests of a molecule alone.

    Raises
    ------
    PlausibleError
        If the package is not installed.
    """
    try:
        from posebusters import PoseBusters  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise PlausibleError(
            "judging shapes needs the package posebusters: pip install 'zincloop[evaluation]'"
        ) from error
    # What it could not work out counts as failed; saying so once for each molecule would drown the rest.
    logging.getLogger("posebusters").setLevel(logging.ERROR)
    judge = PoseBusters(config="mol")
    failed: Counter[str] = Counter()
    valid = 0
    for done, molecule in enumerate(molecules, start=1):
        with rdBase.BlockLogs():  # of force fields that know no such atom, once for each
            shape = _shape(molecule)
            if isinstance(shape, str):
                wrong = [shape]
            else:
                verdict = judge.bust([shape], None, None).iloc[0]
                wrong = [str(name) for name, passed in verdict.items() if not passed]
        failed.update(wrong)
        valid += not wrong
        report(done)
    return Plausibility(Share(valid, len(molecules)), dict(failed))


def _shape(molecule: Molecule) -> Mol | str:
    """A relaxed conformer, or why there is none."""
    mol = Chem.AddHs(molecule.rdkit())
    if not any(_embedded(mol, random) for random in (False, True)):
        return NO_SHAPE
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        rdForceFieldHelpers.MMFFOptimizeMolecule(mol, maxIters=500)
    elif rdForceFieldHelpers.UFFHasAllMoleculeParams(mol):
        rdForceFieldHelpers.UFFOptimizeMolecule(mol, maxIters=500)
    else:
        return NO_FORCES
    return mol


def _embedded(mol: Mol, random_coordinates: bool) -> bool:
    parameters = rdDistGeom.ETKDGv3()
    for name, value in (("randomSeed", SEED), ("useRandomCoords", random_coordinates)):
        setattr(parameters, name, value)
    return bool(rdDistGeom.EmbedMolecule(mol, parameters) == 0)
