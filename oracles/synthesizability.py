"""Synthetic accessibility, computed exactly."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, cast

import numpy as np
from pydantic import BaseModel, ConfigDict
from rdkit import rdBase
from rdkit.Chem import RDConfig
from rdkit.Chem.rdchem import Mol

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value


class Synthesizability(BaseModel):
    """The SA measure of Ertl & Schuffenhauer, 10.1186/1758-2946-1-8, from 1 (easy) to 10 (hard).

    RDKit's own implementation, which adds a correction for symmetric molecules; it judges molecules of
    one or two heavy atoms badly (water 5.9), because their fragments are absent from its statistics.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["synthesizability"] = "synthesizability"

    @property
    def exact(self) -> bool:
        """Computed, never learned."""
        return True

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``sa``."""
        return (Property("sa", "1", "synthetic accessibility, 1 (easy) to 10 (hard)"),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """It is what it is defined to be."""
        return {"sa": 0.0}

    def protocol(self) -> OracleProtocol:
        """RDKit's implementation and nothing else."""
        return OracleProtocol(
            oracle=self.kind,
            name="sa-rdkit",
            settings={"implementation": "RDKit Contrib SA_Score", "recipe": 1},
            description="Synthetic accessibility after Ertl and Schuffenhauer, from fragment statistics.",
        )

    def refusal(self, molecule: Molecule) -> str | None:  # noqa: ARG002
        """Every molecule has an accessibility."""
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:  # noqa: ARG002
        """A tenth of a millisecond, whatever the molecule."""
        return 1e-4

    def values(self, molecules: Sequence[Molecule]) -> FloatArray:
        """SA of each molecule, shape ``(n_molecules, 1)``, dimensionless."""
        return np.array([_accessibility(m) for m in molecules], dtype=np.float64).reshape(-1, 1)

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:  # noqa: ARG002
        """Measure one molecule."""
        value = Value("sa", _accessibility(molecule), "1", 0.0)
        return Measurement((value,), Cost(0.0, 0.0), {"versions": {"rdkit": rdBase.rdkitVersion}})


def preload() -> None:
    """Read the fragment statistics once, before calculations are forked."""
    _implementation()


@lru_cache(maxsize=200_000)
def _accessibility(molecule: Molecule) -> float:
    return _implementation()(molecule.rdkit())


@cache
def _implementation() -> Callable[[Mol], float]:
    """RDKit ships the measure as a script beside the package, not inside it."""
    path = Path(RDConfig.RDContribDir) / "SA_Score" / "sascorer.py"
    if not path.exists():
        raise InputError(f"RDKit's SA_Score is not at {path}; install RDKit with its Contrib directory")
    spec = importlib.util.spec_from_file_location("rdkit_contrib_sascorer", path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.readFragmentScores()
    return cast(Callable[[Mol], float], module.calculateScore)
