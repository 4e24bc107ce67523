"""A campaign's directory: its files, and the lock that lets one program at a time work on it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POINTER = "ledger.url"
"""File of a campaign's directory that says where on a server its ledger is."""


def pointed_at(directory: Path) -> str | None:
    """URL of the ledger on a server that a campaign's directory points at, if it does."""
    try:
        return (directory / POINTER).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


class StoreError(Exception):
    """A campaign directory that cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Store:
    """Where the files of a campaign live, and its ledger.

    Attributes
    ----------
    directory
        Where the files live.
    asked_for
        URL of the ledger, if the campaign file names a server.
    """

    directory: Path
    asked_for: str | None = None

    @property
    def ledger(self) -> Path:
        """The file of a ledger that is on no server, the only one that must not be lost."""
        return self.directory / "ledger.sqlite"

    @property
    def pointer(self) -> Path:
        """Says, once the campaign has begun, where on a server its ledger is."""
        return self.directory / POINTER

    @property
    def place(self) -> Path | str:
        """Where the ledger is: the URL of a schema on a server, or a file.

        What is there counts, before what a campaign file asks for.
        """
        asked_for = None if self._holds_file() else self.asked_for
        return pointed_at(self.directory) or asked_for or self.ledger

    @property
    def backup(self) -> Path:
        """A copy of the ledger, renewed with every round."""
        return self.directory / "ledger.backup.sqlite"

    @property
    def jobs(self) -> Path:
        """One directory for each calculation that runs or failed, or whose outcome no backup holds."""
        return self.directory / "jobs"

    @property
    def learned(self) -> Path:
        """What generators learned, one directory for each lesson; what is deleted is learned again."""
        return self.directory / "learned"

    @property
    def notified(self) -> Path:
        """What people were told; without it they are told again."""
        return self.directory / "notified.json"

    @property
    def log(self) -> Path:
        """What the program did, with the traceback of every error of its own."""
        return self.directory / "zincloop.log"

    @property
    def report(self) -> Path:
        """The report, rewritten at the end of every run."""
        return self.directory / "report.html"

    @property
    def structures(self) -> Path:
        """Every geometry and trajectory for ASE, made from the ledger; may be deleted at any time."""
        return self.directory / "structures.db"

    @property
    def resolved(self) -> Path:
        """The resolved campaign file, for a person to read; the ledger holds the same."""
        return self.directory / "resolved.json"

    @property
    def prefect(self) -> Path:
        """Prefect's own files; may be deleted at any time."""
        return self.directory / ".prefect"

    @property
    def cluster(self) -> Path:
        """What a batch system and Dask leave; may be deleted between runs."""
        return self.directory / ".dask"

    @property
    def status(self) -> Path:
        """The screen of 'zincloop status' of a long campaign; may be deleted at any time."""
        return self.directory / ".status.json"

    def holds_campaign(self) -> bool:
        """Whether a campaign was begun here."""
        return self.pointer.is_file() or self._holds_file()

    def _holds_file(self) -> bool:
        return self.ledger.is_file() and self.ledger.stat().st_size > 0

    def create(self) -> None:
        """Make the directory.

        Raises
        ------
        StoreError
            If it cannot be made or written to.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.directory}: cannot be created: {error.strerror}") from error
        if not os.access(self.directory, os.W_OK):
            raise StoreError(f"{self.directory}: cannot be written to; choose another with --directory")

    def holder(self) -> str | None:
        """Process that works on the campaign, as it wrote itself down; ``None`` if there is none."""
        try:
            with (self.directory / "lock").open() as file:
                # Shared and for a moment, so that this is no work on the campaign itself.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return (self.directory / "lock").read_text().strip() or "unknown"
        return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the campaign alone; the kernel releases the lock however the program ends.

        Raises
        ------
        StoreError
            If another program works on the campaign.
        """
        with (self.directory / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                owner = file.read().strip() or "unknown"
                raise StoreError(
                    f"{self.directory}: another zincloop (process {owner}) works on this campaign; "
                    "wait for it or stop it"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
