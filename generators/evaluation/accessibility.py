"""Synthetic accessibility of generated molecules."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from rdkit.Chem import RDConfig
from rdkit.Chem.rdchem import Mol

from loop.molecule import Molecule


def synthetic_accessibility(molecules: Sequence[Molecule]) -> list[float]:
    """SA of each molecule, 1 (easy) to 10 (hard); Ertl & Schuffenhauer, 10.1186/1758-2946-1-8."""
    rate = _scorer()
    return [rate(molecule.rdkit()) for molecule in molecules]


@cache
def _scorer() -> Callable[[Mol], float]:
    """RDKit ships the method beside its package, not inside it."""
    path = Path(RDConfig.RDContribDir) / "SA_Score" / "sascorer.py"
    spec = importlib.util.spec_from_file_location("sascorer", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"RDKit's contributed sascorer is missing at {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rate: Callable[[Mol], float] = module.calculateScore
    return rate
