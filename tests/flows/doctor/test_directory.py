"""The disk of a campaign, and who works on it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from flows.doctor import directory
from flows.doctor.finding import Grade
from flows.store import Store

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local\040disk xfs rw 0 0
user@host: /mnt/far fuse.sshfs rw 0 0
/dev/sdc1 /mnt/ntfs fuseblk rw 0 0
""".strip()


@pytest.mark.parametrize(
    ("path", "kind", "far"),
    [
        ("/data/campaign", "ext4", False),
        ("/home/chemist/campaign", "nfs4", True),
        ("/home/local disk/campaign", "xfs", False),
        ("/mnt/far", "fuse.sshfs", True),
        ("/mnt/ntfs/campaign", "fuseblk", False),
        ("/homes/campaign", "ext4", False),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str, far: bool) -> None:
    assert directory.filesystem(Path(path), MOUNTS) == kind
    assert (directory.NETWORK.fullmatch(kind) is not None) is far


def test_a_local_directory_is_well(tmp_path: Path) -> None:
    store = Store(tmp_path / "not" / "begun")
    for check in (directory.writable, directory.disk, directory.holder, directory.logs):
        assert check(store).grade is Grade.OK


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        store = Store(Path("/proc/zincloop"))
    else:
        (tmp_path / "fixed").mkdir(mode=0o500)
        store = Store(tmp_path / "fixed")
    found = directory.writable(store)
    assert found.grade is Grade.TROUBLE
    assert "--directory" in found.advice


def test_temporary_files_that_go_elsewhere_than_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for same in (tmp_path, tmp_path / "." / "x" / ".."):
        assert directory.scratch(str(same)).grade is not Grade.TROUBLE
    gone = str(tmp_path / "gone")
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", gone)
    found = directory.scratch(gone)
    assert found.grade is Grade.TROUBLE
    assert f"TMPDIR={gone} cannot be written; {tempfile.gettempdir()} is used" == found.seen
    assert directory.scratch(None).grade is not Grade.TROUBLE


def test_who_holds_the_lock(tmp_path: Path) -> None:
    store = Store(tmp_path)
    program = (
        "import sys, time; from pathlib import Path; from flows.store import Store\n"
        "with Store(Path(sys.argv[1])).locked(): time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    try:
        while not ((tmp_path / "lock").is_file() and (tmp_path / "lock").read_text()):
            time.sleep(0.05)
        assert directory.holder(store).seen == f"process {holder.pid} works on the campaign"
        (tmp_path / "lock").write_text("999999999")  # of another machine, or another container
        assert directory.holder(store).grade is Grade.TROUBLE
    finally:
        holder.kill()
        holder.wait()
    assert directory.holder(store).seen == "nobody works on the campaign"
    with store.locked():
        pass


def test_large_logs_are_named(tmp_path: Path) -> None:
    (tmp_path / ".prefect").mkdir()
    with (tmp_path / ".prefect" / "prefect.db").open("wb") as file:
        file.truncate(directory.LARGE_LOGS + 1)
    assert directory.logs(Store(tmp_path)).grade is Grade.WARNING


def test_a_full_disk() -> None:
    assert directory.space(Path("/proc"), "disk space").grade is Grade.TROUBLE, "/proc has no space"
