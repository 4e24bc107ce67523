"""``docs/faults.md`` names tests and benchmarks that there are."""

from __future__ import annotations

import ast
import re

from benchmarks.durability import NAMES
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "faults.md").read_text()
CELLS = [line.split("|")[3] for line in TEXT.splitlines() if line.count("|") == 4]
"""What brings each fault about."""


def test_every_test_that_is_named_is_there() -> None:
    named = [cited for cell in CELLS for cited in re.findall(r"`([^`]*\.py)?(?:::(test_\w+))?`", cell)]
    file, checked = "", 0
    for path, test in named:
        if not path and not test:
            continue
        file = path or file
        module = ast.parse((ROOT / "tests" / file).read_text())
        if test:
            assert test in {f.name for f in ast.walk(module) if isinstance(f, ast.FunctionDef)}, test
        checked += 1
    assert checked > 40


def test_every_benchmark_is_named() -> None:
    # ``waiting``, ``overhead`` and ``ledger`` bring no fault about; their figures stand below.
    named = {word for cell in CELLS for word in re.findall(r"`(\w+)`", cell)}
    assert named <= set(NAMES)
    assert set(NAMES) == set(re.findall(rf"`({'|'.join(NAMES)})`", TEXT))
