"""A finished campaign to look at, run once for all tests of this package."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows.evaluating import PlainRounds
from flows.opening import Opened, begin_or_resume, commit, existing
from loop import parts
from loop.decisions import Close, Evaluate, Propose, Screen
from loop.protocols import ComputedOracle
from loop.records import Cost
from loop.step import decide
from oracles.contained import close
from tests.conftest import LABORATORY, PLUGIN, QUICK, ROOT, conducting


@pytest.fixture(scope="session")
def finished_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the quick campaign, its oracle failing on every molecule with nitrogen."""
    file = tmp_path_factory.mktemp("finished") / "quick.toml"
    file.write_text(QUICK.replace('kind = "surface"', 'kind = "surface"\nstumbles_over = "N"'))
    return _run_once(file)


def _run_once(file: Path) -> Path:
    """Run a campaign for all tests of a session; returns its directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGIN))
        patch.setenv("PYTHONPATH", f"{PLUGIN}{os.pathsep}{ROOT}")
        _forget_parts()
        opened = begin_or_resume(file, None)
        with opened.store.locked():
            commit(opened)
            conductor = conducting(opened)
            conductor.conduct(lambda: PlainRounds(conductor.evaluator))
        opened.ledger.close()
    _forget_parts()
    return opened.store.directory


@pytest.fixture(scope="session")
def waiting_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a campaign until it waits for its laboratory."""
    file = tmp_path_factory.mktemp("waiting") / "quick.toml"
    file.write_text(LABORATORY)
    return _run_once(file)


@pytest.fixture
def waiting(waiting_directory: Path, plugin: Path, tmp_path: Path) -> Iterator[Opened]:
    """A campaign of one's own whose programs have answered and whose laboratory has not."""
    shutil.copytree(waiting_directory, tmp_path / "quick")
    opened = existing(tmp_path / "quick")
    yield opened
    opened.ledger.close()


@pytest.fixture
def finished(finished_directory: Path, plugin: Path) -> Iterator[Opened]:
    """Open the finished campaign."""
    opened = existing(finished_directory)
    yield opened
    opened.ledger.close()


def _forget_parts() -> None:
    for cached in (parts.kinds, parts.load):
        cached.cache_clear()
    close()  # calculations have the environment of the time when the first of them began


@pytest.fixture
def screened(screening: Path) -> Iterator[Opened]:
    """A finished campaign that screened, its oracles asked in this process."""
    opened = begin_or_resume(screening, None)
    parts_of, ledger = opened.assembled.parts, opened.ledger
    with opened.store.locked():
        commit(opened)
        ledger.open_session({})
        for oracle in parts_of.oracles:
            ledger.declare(oracle.protocol())
        by_kind = {o.kind: o for o in parts_of.oracles if isinstance(o, ComputedOracle)}
        while not isinstance(
            decision := decide(opened.assembled.definition, parts_of, ledger.state()), Close
        ):
            if isinstance(decision, Screen):
                ledger.screen(decision.number, decision.candidates, decision.requests)
            elif isinstance(decision, Propose):
                ledger.open_round(
                    decision.number, decision.seed, decision.batch, decision.requests, decision.notes
                )
            elif isinstance(decision, Evaluate):
                for request in decision.requests:
                    found = by_kind[request.oracle].measure(request.molecule, opened.store.directory)
                    cost = Cost(0.5, 0.5) if request.oracle == "polar" else Cost(60.0, 60.0)
                    ledger.record(request, replace(found, cost=cost))
        ledger.close_campaign(decision.reason)
        ledger.end_session(decision.reason)
    yield opened
    ledger.close()
