"""An autoencoder that the command line trained on a file of a user's, once for all tests of this folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generators.corpus.entries import corpus

ZINCLOOP = Path(sys.executable).parent / "zincloop"
SMALL = ("--epochs", "30", "--joined", "1", "--held-out", "20", "--draws", "300", "--shapes", "4")


def zincloop(*arguments: str | Path, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    command = [str(ZINCLOOP), "generator", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was gathered is kept here, and not in the user's own cache."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture(scope="session")
def compounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list as a chemist keeps one: names, a salt, a line that is none, and measured values of some."""
    lines = ["smiles,name,homo"]
    for k, entry in enumerate(corpus()[:6000:25]):
        homo = f"{-6.0 - 0.01 * (k % 100):.2f}" if k % 3 == 0 else ""
        lines.append(f'{entry.smiles},"{entry.name}",{homo}')
    lines[5:5] = ["CC(=O)[O-].[Na+],sodium acetate,", "C1CC,a ring without its end,"]
    file = tmp_path_factory.mktemp("list") / "mine.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="session")
def weights(compounds: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        folder = tmp_path_factory.mktemp("weights")
        done = zincloop("train", "--out", folder, "--from", compounds, *SMALL)
    assert done.returncode == 0, done.stderr
    assert "mine.csv:7: 'C1CC': a structure that RDKit does not read" in done.stderr
    assert f"written to {folder}" in done.stdout
    return folder
