"""A finished campaign to look at, run once for all tests of this package."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.conduct import Conductor, PlainRounds
from flows.opening import Opened, begin_or_resume, commit, existing
from loop import parts
from tests.conftest import PLUGIN, QUICK, ROOT


@pytest.fixture(scope="session")
def finished_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the quick campaign, its oracle failing on every molecule with nitrogen."""
    file = tmp_path_factory.mktemp("finished") / "quick.toml"
    file.write_text(QUICK.replace('kind = "surface"', 'kind = "surface"\nstumbles_over = "N"'))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGIN))
        patch.setenv("PYTHONPATH", f"{PLUGIN}{os.pathsep}{ROOT}")
        _forget_parts()
        opened = begin_or_resume(file, None)
        with opened.store.locked():
            commit(opened)
            conductor = Conductor(opened.store, opened.ledger, opened.assembled, threading.Event())
            conductor.conduct(lambda: PlainRounds(conductor))
        opened.ledger.close()
    _forget_parts()
    return opened.store.directory


@pytest.fixture
def finished(finished_directory: Path, plugin: Path) -> Iterator[Opened]:
    """Open the finished campaign."""
    opened = existing(finished_directory)
    yield opened
    opened.ledger.close()


def _forget_parts() -> None:
    for cached in (parts.kinds, parts.load):
        cached.cache_clear()
