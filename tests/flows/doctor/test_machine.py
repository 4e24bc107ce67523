"""The machine and what is installed on it."""

from __future__ import annotations

import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import read
from flows.doctor import calculation, machine, packages
from flows.doctor.finding import Grade
from flows.doctor.machine import Needs
from tests.flows.doctor.conftest import grades


def test_this_machine_is_fit() -> None:
    for found in (packages.python(), packages.packages(), calculation.contained()):
        assert found.grade is Grade.OK, found
    assert set(grades(packages.extras())) == {"extra 'cluster'", "extra 'postgresql'"}


def test_packages_outside_the_bounds_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Metadata of an older zincloop and of a broken Prefect, found before the real ones."""
    for name, text in {
        "zincloop": "Requires-Python: >=3.99\nRequires-Dist: prefect>=3.8\nRequires-Dist: no-such-thing>=1\n"
        "Requires-Dist: rich\nProvides-Extra: cluster\nRequires-Dist: nor-such; extra == 'cluster'\n"
        "Provides-Extra: postgresql\nRequires-Dist: prefect<4; extra == 'postgresql'\n",
        "prefect": "",
    }.items():
        metadata = tmp_path / f"{name}-2.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n{text}")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert distribution("prefect").version == "2.0"
    assert packages.python().grade is Grade.TROUBLE
    found = packages.packages()
    assert found.grade is Grade.TROUBLE
    assert found.seen == "prefect is 2.0, outside >=3.8; no-such-thing is not installed"
    assert found.advice == "pip install 'prefect>=3.8' 'no-such-thing>=1'"
    cluster, postgresql = packages.extras()
    assert (cluster.grade, postgresql.grade) == (Grade.OK, Grade.OK)
    assert "pip install 'zincloop[cluster]'" in cluster.seen


def test_more_workers_than_cores_and_memory(quick: Path) -> None:
    quick.write_text(quick.read_text() + "\n[workers]\ncount = 1000\n")
    needs = Needs.of(assemble(*read(quick)))
    assert (needs.workers, needs.memory_bytes) == (1000, 6 * 10**9)
    assert machine.threads(needs).grade is Grade.WARNING
    assert machine.memory(needs).grade is Grade.WARNING
    modest = Needs(1, 1, 10**6)
    assert machine.memory(modest).grade is Grade.OK


def test_threads_that_make_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("many", "0", "100000"):
        monkeypatch.setenv("OMP_NUM_THREADS", wrong)
        assert machine.threads(Needs(1, 1, 10**6)).grade is Grade.WARNING
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert machine.threads(Needs(1, 1, 10**6)).grade is Grade.OK
