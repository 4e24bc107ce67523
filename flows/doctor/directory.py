"""The campaign's directory: its disk, who works in it, and what lies there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from flows.doctor.finding import Finding, ok, trouble, warning
from flows.opening import FREE_BYTES
from flows.store import Store

COMFORTABLE_BYTES = 5_000_000_000
"""Disk space with which a campaign is left alone for weeks."""

NETWORK = re.compile(r"(nfs|cifs|smb|fuse\.|9p|lustre|gpfs|beegfs|ceph|gluster|afs|ncp|vboxsf|prl_fs).*")
"""File systems on which locks may not hold what SQLite needs of them."""

LARGE_LOGS = 500_000_000


def space(path: Path, about: str) -> Finding:
    """Free space on the disk of ``path``, or of the nearest directory above it that exists."""
    free = shutil.disk_usage(_there(path)).free
    seen = f"{free / 1e9:.1f} GB are free for {path}"
    if free < FREE_BYTES:
        return trouble(about, seen, "free some; a campaign stops when the disk is full")
    if free < COMFORTABLE_BYTES:
        return warning(about, seen, "free some before you leave; a campaign stops when the disk is full")
    return ok(about, seen)


def scratch(asked: str | None) -> Finding:
    """Free space for temporary files, and whether they go where ``TMPDIR`` asks for.

    Parameters
    ----------
    asked
        The variable's value; Python passes over a directory that it cannot write, and says nothing.
    """
    used = Path(tempfile.gettempdir())
    if asked and Path(asked).resolve() != used.resolve():
        seen = f"TMPDIR={asked} cannot be written; {used} is used"
        return trouble("scratch space", seen, "correct TMPDIR, or the owner and mode of the directory")
    return space(used, "scratch space")


def writable(store: Store) -> Finding:
    """Whether a file can be written, as a ledger is."""
    try:
        with tempfile.TemporaryFile(dir=_there(store.directory)) as file:
            file.write(b"zincloop")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        seen = f"{store.directory}: {error.strerror}"
        return trouble("directory", seen, "correct its owner and mode, or choose another with --directory")
    return ok("directory", f"{store.directory} can be written")


def disk(store: Store) -> Finding:
    """Whether the directory is on a disk of this machine."""
    path = _there(store.directory).resolve()
    kind = filesystem(path, Path("/proc/self/mounts").read_text())
    if NETWORK.fullmatch(kind):
        seen = f"{path} is on a network file system ({kind}), where SQLite's locks may not hold"
        return warning("file system", seen, "keep the campaign on a disk of this machine")
    return ok("file system", kind)


def filesystem(path: Path, mounts: str) -> str:
    """Type of the file system that holds a path.

    Parameters
    ----------
    path
        Absolute, without links.
    mounts
        The content of ``/proc/mounts``; of several on one place the last covers the others.
    """
    found: dict[Path, str] = {}
    for line in mounts.splitlines():
        place, kind = line.split()[1:3]
        place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place)
        found[Path(place)] = kind
    return next((found[p] for p in (path, *path.parents) if p in found), "unknown")


def holder(store: Store) -> Finding:
    """Who works on the campaign now."""
    owner = store.holder()
    if owner is None:
        return ok("lock", "nobody works on the campaign")
    if owner.isdecimal() and Path(f"/proc/{owner}").exists():
        return ok("lock", f"process {owner} works on the campaign")
    seen = f"held by process {owner}, which is not on this machine"
    return trouble("lock", seen, "a program elsewhere, or in a container, works on it; one at a time may")


def logs(store: Store) -> Finding:
    """How much is kept of what programs said."""
    here = store.directory
    files = [*here.glob("*.log*"), *here.glob(".prefect*/**/*")]
    size = sum(f.stat().st_size for f in files if f.is_file())
    seen = f"{size / 1e6:.0f} MB of logs and Prefect's records"
    if size > LARGE_LOGS:
        advice = f"remove {here}/*.log and {here}/.prefect* when nothing runs; nothing else needs them"
        return warning("logs", seen, advice)
    return ok("logs", seen)


def _there(path: Path) -> Path:
    return next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
