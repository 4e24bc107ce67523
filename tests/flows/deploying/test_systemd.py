"""The unit that ``zincloop deploy --systemd`` prints, read by systemd itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.deploying.beginning import begun
from flows.deploying.systemd import unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_it(quick: Path, tmp_path: Path) -> None:
    opened = begun(quick, tmp_path / 'a 100% sure "place"')
    file = tmp_path / "zincloop-quick.service"
    file.write_text(unit(opened))
    opened.ledger.close()
    command = ["systemd-analyze", "verify", "--user", "--man=no", str(file)]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert not [line for line in done.stderr.splitlines() if "zincloop" in line], done.stderr


def test_it_holds_what_a_service_needs(quick: Path) -> None:
    text = unit(begun(quick, None))
    home = quick.parent.resolve() / "quick"
    for line in (
        f'ExecStart="{sys.executable}" -m flows.cli run "{home}"',
        "Restart=on-failure",
        "RestartPreventExitStatus=2 3",
        "StartLimitIntervalSec=0",
        "Environment=OMP_NUM_THREADS=1",
        f"EnvironmentFile=-{home}/environment",
    ):
        assert line in text.splitlines()
