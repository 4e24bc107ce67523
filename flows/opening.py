"""Open a campaign: a new one from its file, or the one a directory already holds."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.assembly import Assembled, assemble, from_resolved
from flows.campaign_file import read
from flows.campaign_file.tables import AMENDABLE
from flows.placing import settle, store_of
from flows.store import Store, StoreError
from flows.teaching import as_taught
from loop.campaign import State
from loop.ledger import DamagedError, Ledger, is_there
from loop.ledger.address import told
from oracles.contained.spool import write_json

FREE_BYTES = 500_000_000
"""Disk space below which a run is not begun: a day of ledger, logs and scratch files."""


@dataclass(frozen=True)
class Opened:
    """A campaign at hand."""

    store: Store
    ledger: Ledger
    assembled: Assembled


def locate(path: Path, directory: Path | None) -> tuple[Path | None, Store]:
    """Tell the campaign file (if ``path`` is one) and the campaign's directory.

    A file's campaign lives in ``--directory``, or beside the file in a directory of the campaign's name.

    Raises
    ------
    StoreError
        If ``path`` is not there, is a directory that holds no campaign, or a file that puts the ledger
        elsewhere.
    """
    if not path.suffix and not path.exists():
        raise StoreError(
            f"{path}: there is no such campaign here; give the path of its directory or of its file"
        )
    if not path.is_dir():
        return path, store_of(read(path)[0], path, directory)
    if not Store(path).holds_campaign() and not Store(path).backup.is_file():
        raise StoreError(f"{path}: no campaign was begun here; 'zincloop run FILE.toml' begins one")
    return None, Store(path)


def existing(path: Path) -> Opened:
    """Open a campaign to look at it; one on a server gets a directory of its own on this machine.

    Raises
    ------
    StoreError
        If there is none.
    """
    file, store = locate(path, None)
    if not is_there(store.place):
        if store.holds_campaign() or store.backup.is_file():
            raise StoreError(f"{told(store.place)} is missing; {_way_back(store)}")
        raise StoreError(f"{store.directory}: no campaign was begun here; 'zincloop run {path}' begins it")
    ledger = _ledger(store)
    definition = ledger.definition()
    if definition is None:
        if store.backup.is_file():
            raise StoreError(f"{told(store.place)} is empty; {_way_back(store)}")
        raise StoreError(f"{store.directory}: the campaign was not begun; 'zincloop run' begins it")
    if file is not None:
        settle(store)
    return Opened(store, ledger, from_resolved(definition))


def _ledger(store: Store) -> Ledger:
    """Open the ledger, or say what a backup can do for a damaged one."""
    try:
        return Ledger(store.place)
    except DamagedError as error:
        raise StoreError(f"{error}; {_way_back(store)}") from error


def _checked(store: Store) -> Ledger:
    """Open the ledger and look through all of it, as a run has time to."""
    begun = store.holds_campaign() or store.backup.is_file()
    if begun and not is_there(store.place):
        raise StoreError(f"{told(store.place)} is missing; {_way_back(store)}")
    ledger = _ledger(store)
    if store.backup.is_file() and ledger.definition() is None:
        raise StoreError(f"{told(store.place)} is empty; {_way_back(store)}")
    try:
        ledger.check()
    except DamagedError as error:
        raise StoreError(f"{error}; {_way_back(store)}") from error
    return ledger


def _way_back(store: Store) -> str:
    if not store.backup.is_file():
        return "there is no backup of it"
    when = datetime.fromtimestamp(store.backup.stat().st_mtime, UTC)
    return f"'zincloop repair {store.directory}' goes back to the backup of {when:%Y-%m-%d %H:%M} UTC"


def peek(path: Path, directory: Path | None) -> tuple[Assembled, State]:
    """Open a campaign to think about its next batch; a new one is not begun by this."""
    file, store = locate(path, directory)
    if store.holds_campaign() or is_there(store.place):
        opened = existing(path if file is None or directory is None else store.directory)
        state = opened.ledger.state()
        parts = as_taught(opened.assembled.parts, state, opened.store.learned)
        return replace(opened.assembled, parts=parts), state
    if file is None:
        raise StoreError(f"{path}: no campaign was begun here")
    return assemble(*read(file)), State()


def begin_or_resume(path: Path, directory: Path | None) -> Opened:
    """Open a campaign to run it; the store must be locked by the caller afterwards.

    Raises
    ------
    StoreError
        If the directory belongs to another campaign or the file was changed under a running campaign.
    """
    file, store = locate(path, directory)
    if file is None:
        _checked(store).close()
        return existing(path)
    assembled = assemble(*read(file))
    _check_space(store)
    if isinstance(store.place, Path):
        store.create()
    ledger = _checked(store)
    store.create()
    stored = ledger.definition()
    if stored is None:
        return Opened(store, ledger, assembled)
    # Read again, so that settings which came into the program since have their defaults on both sides.
    check_same(from_resolved(stored).resolved, assembled.resolved, file, store)
    return Opened(store, ledger, assembled)


def commit(opened: Opened) -> None:
    """Write what the campaign is into the ledger, and amendments of its budget; needs the lock."""
    stored, resolved = opened.ledger.definition(), opened.assembled.resolved
    if stored is None:
        opened.ledger.open_campaign(resolved, opened.assembled.digest)
    else:
        # Read again, as settings that came into the program since are no change.
        former = from_resolved(stored).resolved
        changes = {k: resolved[k] for k in AMENDABLE if former[k] != resolved[k]}
        if changes:
            opened.ledger.amend(changes)
            if set(changes) - {"notifications"} and opened.ledger.state().closed is not None:
                opened.ledger.reopen(f"{', '.join(changes)} changed")
    settle(opened.store)
    write_json(opened.store.resolved, resolved)


def check_same(stored: Mapping[str, Any], given: Mapping[str, Any], file: Path, store: Store) -> None:
    """Refuse a file that makes another campaign of the one that a directory holds.

    Raises
    ------
    StoreError
        Naming what differs.
    """
    if stored["name"] != given["name"] or stored["seed"] != given["seed"]:
        raise StoreError(
            f"{store.directory} belongs to another campaign ('{stored['name']}', seed {stored['seed']}); "
            "choose another --directory, or another name in the file"
        )
    changed = [k for k in (*stored, *(set(given) - set(stored))) if stored.get(k) != given.get(k)]
    fixed = [k for k in changed if k not in AMENDABLE]
    if fixed:
        raise StoreError(
            f"{file}: {_difference(stored, given, fixed)} changed since the campaign began; only "
            f"{', '.join(AMENDABLE)} may change. Change it back, or give the campaign a new name"
        )


def _difference(stored: Mapping[str, Any], given: Mapping[str, Any], keys: list[str]) -> str:
    key = sorted(keys)[0]
    old, new = stored.get(key), given.get(key)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        inner = next(k for k in {**old, **new} if old.get(k) != new.get(k))
        return f"'{key}.{inner}' ({old.get(inner)!r} to {new.get(inner)!r})"
    if isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        k = next(i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b)
        return _difference({f"{key}[{k + 1}]": old[k]}, {f"{key}[{k + 1}]": new[k]}, [f"{key}[{k + 1}]"])
    return f"'{key}'"


def _check_space(store: Store) -> None:
    there = next(p for p in (store.directory, *store.directory.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free
    if free < FREE_BYTES:
        raise StoreError(
            f"{store.directory}: only {free / 1e6:.0f} MB are free on this disk, "
            f"a campaign needs at least {FREE_BYTES / 1e6:.0f} MB"
        )
