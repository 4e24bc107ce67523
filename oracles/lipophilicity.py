"""Lipophilicity, computed exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from rdkit import rdBase
from rdkit.Chem import Crippen

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.records import Cost, Measurement, OracleProtocol, Property, Value


class Lipophilicity(BaseModel):
    """Crippen's logP, a sum over atom types: Wildman & Crippen, 10.1021/ci990307l.

    The lower, the more a molecule prefers water to octanol; a stand-in for its solubility. The sum misses the
    9,920 measured logP it was fitted to by 0.68 (standard deviation), small polar molecules by more (DMSO:
    -0.01, measured -1.35).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["lipophilicity"] = "lipophilicity"

    @property
    def exact(self) -> bool:
        """Computed, never learned."""
        return True

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``logp``."""
        return (Property("logp", "1", "logarithm of the partition coefficient octanol/water, Crippen"),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """It is what it is defined to be."""
        return {"logp": 0.0}

    def protocol(self) -> OracleProtocol:
        """RDKit's implementation and nothing else."""
        return OracleProtocol(
            oracle=self.kind,
            name="logp-crippen",
            settings={"implementation": "RDKit Crippen.MolLogP", "recipe": 1},
            description="logP (octanol/water) after Wildman and Crippen, a sum over atom types.",
        )

    def refusal(self, molecule: Molecule) -> str | None:  # noqa: ARG002
        """Every molecule has a sum of atom types."""
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:  # noqa: ARG002
        """Two tenths of a millisecond, whatever the molecule."""
        return 2e-4

    def values(self, molecules: Sequence[Molecule]) -> FloatArray:
        """LogP of each molecule, shape ``(n_molecules, 1)``, dimensionless."""
        return np.array([_logp(m) for m in molecules], dtype=np.float64).reshape(-1, 1)

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:  # noqa: ARG002
        """Measure one molecule."""
        value = Value("logp", _logp(molecule), "1", 0.0)
        return Measurement((value,), Cost(0.0, 0.0), {"versions": {"rdkit": rdBase.rdkitVersion}})


@lru_cache(maxsize=200_000)
def _logp(molecule: Molecule) -> float:
    return float(Crippen.MolLogP(molecule.rdkit()))  # type: ignore[attr-defined]
