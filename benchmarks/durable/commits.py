"""SIGKILL at every commit of a quick campaign, before it and after it by turns, and the same command again.

Both oracles calculate in processes of their own; one of them writes every calculation that came to its end
into a tally. Finished is what had left an outcome by the kill, recorded in the ledger or on disk beside it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.durable.machine import environment, heading
from tests.conftest import QUICK
from tests.faults.killing import digest, drive, finished, tally


@dataclass(frozen=True)
class Point:
    """What came of one kill: the digest afterwards, and calculations of the tally."""

    digest: str
    finished: int
    repeated: int
    begun_again: int


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--points", type=int, default=0, help="so many, evenly spread; 0 for every commit")
    parser.add_argument("--side-by-side", type=int, default=2)


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading("commits: killed at each of the commits of a campaign, then resumed")
    with tempfile.TemporaryDirectory(prefix="zincloop-commits-") as directory:
        whole = _file(Path(directory) / "untroubled")
        commits = int(drive(whole, env=environment()).stdout)
        wanted = digest(whole.parent / "quick")
        chosen = np.unique(np.linspace(1, commits, options.points or commits, dtype=int))
        with ThreadPoolExecutor(options.side_by_side) as pool:
            tried = pool.map(lambda k: killed(Path(directory) / f"{k}", int(k)), chosen)
            points = [point for point in tried if point is not None]
    _print(points, commits, wanted)


def _file(home: Path) -> Path:
    home.mkdir()
    file = home / "quick.toml"
    file.write_text(QUICK.replace("evaluations = 18\nrounds = 3", "evaluations = 42\nrounds = 9"))
    return file


def killed(home: Path, number: int) -> Point | None:
    """One kill and one more run; ``None`` where the campaign ended before that commit."""
    file = _file(home)
    env = environment() | {"ZINCLOOP_TEST_TALLY": str(home / "tally")}
    first = drive(file, number, ("before", "after")[number % 2], env)
    if first.returncode == 0:  # how often the ledger is read is up to chance, so the last few may not come
        return None
    if first.returncode != -signal.SIGKILL:
        sys.exit(first.stderr)
    done, before = finished(home / "quick"), tally(home / "tally")
    again = drive(file, env=env)
    if again.returncode:
        sys.exit(again.stderr)
    after = tally(home / "tally")
    repeated = sum(after[k] - before[k] for k in done if k in before)
    return Point(
        digest(home / "quick"), sum(k in before for k in done), repeated, sum(after.values()) - len(after)
    )


def _print(points: list[Point], commits: int, wanted: str) -> None:
    same = sum(p.digest == wanted for p in points)
    print(f"{len(points)} kills at different ones of {commits} commits, before and after by turns")
    print(f"same ledger as without a kill: {same} of {len(points)}")
    print(f"finished calculations at the kills: {sum(p.finished for p in points)}")
    print(
        f"repeated of them: {sum(p.repeated for p in points)}, in {sum(p.repeated > 0 for p in points)} kills"
    )
    lost = [p.begun_again for p in points]
    print(f"done twice, as the kill came before their outcome: {sum(lost)}, in {sum(map(bool, lost))} kills")
