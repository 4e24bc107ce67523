"""A campaign of molecules so small that real DFT takes seconds, and one life of it."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from loop.campaign import State
from loop.ledger import Ledger
from loop.records import Outcome
from oracles.contained.spool import read_outcome
from tests.faults.household import Household, awaited

CAMPAIGN = """
name = "small"
seed = 3

[[objectives]]
property = "homo"
unit = "eV"
direction = "window"
high = -7.0
reference = -5.0

[[objectives]]
property = "sa"
unit = "1"
direction = "window"
high = 3.0
reference = 6.0

[[objectives]]
property = "ce"
unit = "%"
direction = "maximize"
reference = 85.0

[budget]
evaluations = 6

[workers]
count = 2
threads = 1

[sharing]
file = "shared.sqlite"

[limits]
min_heavy_atoms = 2
max_heavy_atoms = 3

[proposal]
batch = 2
pool = 50

[[generators]]
kind = "library"
source = "small.smi"
initial = 4

[surrogate]
kind = "minmax_gp"

[acquisition]
kind = "scalarised_ucb"

[[oracles]]
kind = "orbitals"
solvent = "gas"

[[oracles]]
kind = "synthesizability"

[[oracles]]
kind = "laboratory"

[[oracles.assays]]
name = "ce"
unit = "%"
uncertainty = 0.3
replicates = 2
low = 0
high = 100
method = "Zn||Cu, 1 mA/cm2"
"""
MOLECULES = """CO methanol
CCO ethanol
CC#N acetonitrile
NC=O formamide
CN methylamine
CCN ethylamine
CNC dimethylamine
COC dimethyl ether
CC ethane
CCC propane
O=CO formic acid
"""

Row = dict[str, str]


@dataclass
class Life:
    """The campaign in a directory of its own, with its processes."""

    directory: Path
    household: Household

    @classmethod
    def begin(cls, directory: Path) -> Life:
        """Write what a campaign starts from."""
        directory.mkdir()
        (directory / "small.smi").write_text(MOLECULES)
        (directory / "small.toml").write_text(CAMPAIGN)
        return cls(directory, Household(str(directory), directory / "log.txt"))

    @property
    def file(self) -> Path:
        return self.directory / "small.toml"

    @property
    def home(self) -> Path:
        return self.directory / "small"

    def state(self) -> State:
        """Read the ledger as of now."""
        with closing(Ledger(self.home / "ledger.sqlite")) as ledger:
            return ledger.state()

    def digest(self) -> str:
        with closing(Ledger(self.home / "ledger.sqlite")) as ledger:
            return ledger.digest()

    def finished(self) -> Mapping[str, Outcome]:
        """Outcomes of calculations, recorded or only left in their job's directory."""
        left = {d.name: read_outcome(d) for d in (self.home / "jobs").glob("*")}
        recorded = {key: answer.outcome for key, answer in self.state().answers.items()}
        return {key: outcome for key, outcome in left.items() if outcome is not None} | recorded

    def amid_dft(self) -> bool:
        """Whether one DFT calculation has ended and another runs."""
        jobs = [f.parent for f in (self.home / "jobs").glob("*/job.json") if '"orbitals"' in f.read_text()]
        ended = [(d / "outcome.json").exists() for d in jobs]
        return any(ended) and not all(ended)

    def sleeps(self) -> None:
        """Wait until only the laboratory is waited for."""
        awaited("campaign asleep", self.household.asleep)

    def asked(self) -> list[Row]:
        """The table to fill in, with what the laboratory would find filled in."""
        table = self.directory / "ask.csv"
        self.household.told("lab", "requests", self.home, "--csv", table)
        with table.open(newline="") as file:
            return [row | {"value": _measured(row)} for row in csv.DictReader(file)]

    def import_(self, rows: Sequence[Row]) -> str:
        """Take in rows as a file; returns what the user is told."""
        table = self.directory / "filled.csv"
        with table.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return self.household.told("lab", "import", self.home, table)


def _measured(row: Row) -> str:
    """A value that follows from the molecule and the replicate."""
    return f"{86 + zlib.crc32(row['smiles'].encode()) % 120 / 10 + int(row['replicate']) / 5:.1f}"
