"""Put the backup of a ledger in the place of one that is damaged or gone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.store import Store, StoreError
from loop.ledger import DamagedError, Ledger


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
        If there is no backup, it is damaged too, or another program works on the campaign.
    """
    if not store.directory.is_dir():
        raise StoreError(f"{store.directory}: there is no such directory")
    with store.locked():
        if store.holds_campaign() and _problem(store.ledger) is None:
            return None
        if not store.backup.is_file():
            raise StoreError(f"{store.directory}: there is no backup ({store.backup.name}) to go back to")
        trial = store.ledger.with_name(".ledger.trial.sqlite")
        shutil.copyfile(store.backup, trial)
        problem = _problem(trial)
        if problem is not None:
            trial.unlink()
            raise StoreError(f"{store.backup}: the backup is damaged too ({problem})")
        kept = _set_aside(store)
        trial.replace(store.ledger)
        ledger = Ledger(store.ledger)
        past, answers = ledger.history(), ledger.state().answers
        ledger.close()
    return Repaired(kept, past[-1].at, len(answers))


def _problem(path: Path) -> str | None:
    try:
        ledger = Ledger(path)
        ledger.check()
        ledger.close()
    except DamagedError as error:
        return str(error)
    return None


def _set_aside(store: Store) -> tuple[Path, ...]:
    mark = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    kept = []
    for end in ("", "-wal", "-shm"):
        file = store.ledger.with_name(store.ledger.name + end)
        if file.exists():
            kept.append(file.rename(file.with_name(f"ledger.damaged-{mark}.sqlite{end}")))
    return tuple(kept)
