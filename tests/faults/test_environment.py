"""The environment is the one that was locked: CI makes it anew, and runs every other test in it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

LOCK = [Requirement(line) for line in (ROOT / "requirements.lock").read_text().splitlines() if line[0] != "#"]


def test_what_is_installed_is_what_is_locked() -> None:
    others = {}
    for locked in LOCK:
        try:
            found = version(locked.name).partition("+")[0]
        except PackageNotFoundError:
            continue  # needed on other systems only
        if not locked.specifier.contains(found, prereleases=True):
            others[str(locked)] = found
    assert not others, "make clean, and the next make installs what requirements.lock says"


def test_whatever_zincloop_asks_for_is_locked() -> None:
    wanted = [Requirement(text) for text in requires("zincloop") or ()]
    wanted = [r for r in wanted if r.marker is None or r.marker.evaluate({"extra": "dev"})]
    asked = {canonicalize_name(r.name) for r in wanted}
    assert len(asked) > 20
    assert asked - {"zincloop"} <= {canonicalize_name(locked.name) for locked in LOCK}


def test_nothing_installed_contradicts_another() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
