"""Calculations in processes of their own, and their end."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from oracles.validation import running
from oracles.validation.bare_zinc import Dissociation
from oracles.validation.calculation import Answer, Asked
from oracles.validation.running import run

SA = Asked("synthesizability", "CCO")


@dataclass(frozen=True)
class Killed:
    """A calculation that the system ends."""

    name: str = "killed"
    expected_cpu_seconds: float = 1.0

    def compute(self, scratch: Path) -> dict[str, float]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}


@dataclass(frozen=True)
class Mistaken:
    """A calculation with a fault of ours in it."""

    name: str = "mistaken"
    expected_cpu_seconds: float = 1.0

    def compute(self, scratch: Path) -> dict[str, float]:
        raise ZeroDivisionError("nothing by nothing")


def children() -> set[str]:
    found: set[str] = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ended meanwhile
            found |= set((task / "children").read_text().split())
    return found


def test_each_is_calculated_once_and_a_failure_ends_no_other(tmp_path: Path) -> None:
    refused = Asked("xtb_zinc_exchange", "CCCC")
    found = dict(run([SA, Killed(), refused, Mistaken(), SA], 2, tmp_path))
    known = found[SA].values
    assert known is not None
    assert 1.0 < known["sa"] < 3.0
    assert found[refused].reason.startswith("InputError: ")
    assert "no donor atom" in found[refused].reason
    assert found[Killed()] == Answer(None, "the calculation died of SIGKILL", 0.0)
    assert found[Mistaken()].reason.endswith("with status 1: ZeroDivisionError: nothing by nothing")
    assert len(found) == 4


def test_a_process_that_never_listens_ends_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is told is longer than a pipe holds."""
    monkeypatch.setattr(running, "PROGRAM", "raise SystemExit('no such module')")
    long = Asked("synthesizability", "C" * 1_000_000)
    monkeypatch.setattr(Asked, "expected_cpu_seconds", 1.0)
    assert (
        dict(run([long], 1, tmp_path))[long].reason == "the calculation ended with status 1: no such module"
    )


def test_an_oracle_is_asked_with_its_settings(tmp_path: Path) -> None:
    zwitterion = Asked("orbitals", "[NH3+]CC(=O)[O-]", (("solvent", "gas"),))
    assert (
        "a zwitterion, which does not exist in gas" in dict(run([zwitterion], 1, tmp_path))[zwitterion].reason
    )


def test_who_no_longer_listens_ends_what_runs(tmp_path: Path) -> None:
    before = children()
    answers = run([Dissociation("ammonia", "ccsd(t)"), SA], 2, tmp_path)
    assert next(answers)[0] == SA
    assert len(children() - before) == 1
    began = time.monotonic()
    answers.close()
    assert time.monotonic() - began < 10
    assert children() <= before
