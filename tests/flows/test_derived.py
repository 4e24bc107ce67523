"""What is made from the ledger at the end of a run."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from ase.db import connect
from typer.testing import CliRunner

from flows.cli import app
from flows.derived import renew_derived
from flows.opening import Opened
from flows.store import Store
from tests.flows.report.octahedron import details


@pytest.fixture
def bound(finished: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """A campaign with a directory of its own whose measurements all have a complex."""
    state = finished.ledger.state()
    told = {k: replace(a, outcome=replace(a.outcome, details=details())) for k, a in state.answers.items()}
    monkeypatch.setattr(finished.ledger, "state", lambda: replace(state, answers=told))
    return replace(finished, store=Store(tmp_path))


def test_the_report_and_the_structures_are_written(bound: Opened) -> None:
    paths, trouble = renew_derived(bound)
    assert (paths, trouble) == ([bound.store.report, bound.store.structures], None)
    assert all(path.is_file() for path in paths)
    state = bound.ledger.state()
    measured = len(state.answers) - len(state.failures)
    assert connect(bound.store.structures, use_lock_file=False).count() == measured  # type: ignore[no-untyped-call]


def test_structures_that_cannot_be_written_are_no_error_of_the_report(bound: Opened) -> None:
    (bound.store.directory / f".structures.{os.getpid()}.db").mkdir()
    paths, trouble = renew_derived(bound)
    assert paths == [bound.store.report]
    assert trouble is not None
    assert str(bound.store.structures) in trouble


def test_a_campaign_without_geometries_has_none(finished: Opened) -> None:
    done = CliRunner().invoke(app, ["report", str(finished.store.directory)])
    assert done.output == f"report: {finished.store.report}\n"
    assert not finished.store.structures.exists()
