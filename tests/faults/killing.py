"""Kill a campaign at a commit, and tell what was finished by then."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from loop.ledger import Ledger
from loop.records import Outcome
from oracles.contained.spool import read_outcome

ROOT = Path(__file__).parents[2]
NEVER = 10**9


def drive(
    file: Path, number: int = NEVER, moment: str = "after", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a campaign that dies at a commit; by default at none, and then it prints how many there were."""
    command = [sys.executable, "-m", "tests.faults.driver", str(file), str(number), moment]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=env, timeout=300
    )


def finished(home: Path) -> dict[str, Outcome]:
    """Request key -> outcome of its calculation, recorded or still in its job's directory."""
    if not (home / "ledger.sqlite").exists():
        return {}
    ledger = Ledger(home / "ledger.sqlite")
    recorded = {key: answer.outcome for key, answer in ledger.state().answers.items()}
    ledger.close()
    spooled = {d.name: o for d in (home / "jobs").glob("*") if (o := read_outcome(d)) is not None}
    return spooled | recorded


def tally(path: Path) -> Counter[str]:
    """Request key -> how often it was calculated to the end, as the oracles of the tests write it down."""
    return Counter(path.read_text().split()) if path.exists() else Counter()


def digest(home: Path) -> str:
    """Digest of the ledger of a campaign."""
    ledger = Ledger(home / "ledger.sqlite")
    try:
        return ledger.digest()
    finally:
        ledger.close()
