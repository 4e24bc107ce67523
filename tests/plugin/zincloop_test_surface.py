"""A quick oracle from another distribution: RDKit surface descriptors, which are real and take no time."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rdkit.Chem import Crippen, rdMolDescriptors

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, TransientError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value


class Surface(BaseModel):
    """Topological polar surface area and Crippen molar refractivity; may go wrong with one element each."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["surface"] = "surface"
    stumbles_over: str = ""
    first_fails_with: str = ""
    kills_program_with: str = ""
    breaks_while: str = ""
    dawdles_over: str = ""
    waits_for: str = ""
    needs: str = ""

    @property
    def exact(self) -> bool:
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        return (
            Property("tpsa", "angstrom^2", "topological polar surface area"),
            Property("refractivity", "cm^3/mol", "Crippen molar refractivity"),
        )

    def protocol(self) -> OracleProtocol:
        return OracleProtocol(
            self.kind,
            "rdkit-surface",
            {"recipe": 1, "stumbles_over": self.stumbles_over},
            "RDKit descriptors.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        return 0.1

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        mol = molecule.rdkit()
        if self.needs:
            sys.path.insert(0, str(Path(self.needs).parent))
            importlib.import_module(Path(self.needs).stem)
        if self.stumbles_over in {atom.GetSymbol() for atom in mol.GetAtoms()}:
            raise ConvergenceError(f"nothing converges with {self.stumbles_over}")
        if self.breaks_while and Path(self.breaks_while).exists():
            raise TransientError("the licence server is away")
        if self.waits_for:
            (scratch / "pid").write_text(str(os.getpid()))
            while not Path(self.waits_for).exists():
                time.sleep(0.05)
        elements = {atom.GetSymbol() for atom in mol.GetAtoms()}
        if self.dawdles_over in elements:
            time.sleep(2.0)
        attempt = json.loads((scratch / "job.json").read_text())["attempt"] if self.first_fails_with else 0
        if self.first_fails_with in elements and attempt == 1:
            raise TransientError("the network is away")
        if self.kills_program_with in elements:
            os.kill(int(os.environ["ZINCLOOP_TEST_PROGRAM"]), signal.SIGKILL)
            time.sleep(60)
        values = (
            Value("tpsa", rdMolDescriptors.CalcTPSA(mol), "angstrom^2", 0.0),
            Value("refractivity", Crippen.MolMR(mol), "cm^3/mol", 0.0),  # type: ignore[attr-defined]
        )
        if "ZINCLOOP_TEST_TALLY" in os.environ:
            with Path(os.environ["ZINCLOOP_TEST_TALLY"]).open("a") as tally:
                tally.write(f"{scratch.name}\n")
        return Measurement(values, Cost(0.0, 0.0))
