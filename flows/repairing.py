"""Put the backup of a ledger in the place of one that is damaged or gone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.store import Store, StoreError
from loop.ledger import DamagedError, Ledger, is_there
from loop.ledger.address import schema_in


@dataclass(frozen=True)
class Repaired:
    """What was done.

    Attributes
    ----------
    kept
        Where the damaged files are now.
    last
        When the last event of the backup was recorded, seconds since 1970-01-01 UTC.
    answers
        Answers the backup holds.
    """

    kept: tuple[Path, ...]
    last: float
    answers: int


def repair(store: Store) -> Repaired | None:
    """Go back to the backup where the ledger is damaged or missing; ``None`` where it is whole.

    What was calculated since is still in the directory of its job and is recorded by the next run.

    Raises
    ------
    StoreError
        If there is no backup, it is damaged too, or another program works on the campaign; or if the ledger
        is on a server and damaged, which is for the server's own backup to mend.
    """
    if not store.directory.is_dir():
        what = "this is a file; name the campaign's" if store.directory.exists() else "there is no such"
        raise StoreError(f"{store.directory}: {what} directory")
    if not store.holds_campaign() and not store.backup.is_file():
        raise StoreError(f"{store.directory}: there is neither a campaign nor a backup ({store.backup.name})")
    with store.locked():
        if store.holds_campaign() and is_there(store.place) and not _lost(store):
            return None
        if not store.backup.is_file():
            raise StoreError(f"{store.directory}: there is no backup ({store.backup.name}) to go back to")
        trial = _trial(store)
        kept = _put_in_place(store, trial)
        ledger = Ledger(store.place)
        past, answers = ledger.history(), ledger.state().answers
        ledger.close()
    return Repaired(kept, past[-1].at, len(answers))


def _lost(store: Store) -> bool:
    """Whether the ledger is damaged, or nothing is in the schema where it was."""
    try:
        ledger = Ledger(store.place)
        ledger.check()
        lost = isinstance(store.place, str) and not ledger.history()
        ledger.close()
    except DamagedError as error:
        if isinstance(store.place, str):
            schema = schema_in(store.place)
            raise StoreError(
                f"{error}; restore the server's own backup, or set the schema aside (ALTER SCHEMA "
                f'"{schema}" RENAME TO "{schema}-damaged") and repair again, which loads {store.backup}'
            ) from error
        return True
    return lost


def _trial(store: Store) -> Path:
    """A copy of the backup, of the present schema and looked through."""
    trial = store.ledger.with_name(".ledger.trial.sqlite")
    shutil.copyfile(store.backup, trial)
    try:
        ledger = Ledger(trial)
        ledger.check()
        ledger.close()
    except DamagedError as error:
        trial.unlink()
        raise StoreError(f"{store.backup}: the backup is damaged too ({error})") from error
    return trial


def _put_in_place(store: Store, trial: Path) -> tuple[Path, ...]:
    """Let the copy be the ledger; returns where the damaged files are now."""
    if isinstance(store.place, Path):
        kept = _set_aside(store)
        trial.replace(store.ledger)
        return kept
    ledger, copy = Ledger(store.place), Ledger(trial)
    with ledger.alone():
        ledger.restore(copy)
    for one in (ledger, copy):
        one.close()
    trial.unlink()
    return ()


def _set_aside(store: Store) -> tuple[Path, ...]:
    mark = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    kept = []
    for end in ("", "-wal", "-shm"):
        file = store.ledger.with_name(store.ledger.name + end)
        if file.exists():
            kept.append(file.rename(file.with_name(f"ledger.damaged-{mark}.sqlite{end}")))
    return tuple(kept)
