"""Where a campaign's ledger is: a file in its directory, or a schema of its own on a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from flows.campaign_file import CampaignFile
from flows.store import Store, StoreError
from loop.ledger.address import address, told
from oracles.contained.spool import write_text


def store_of(file: CampaignFile, path: Path, directory: Path | None) -> Store:
    """The directory of a file's campaign, with the ledger that both agree on.

    Raises
    ------
    StoreError
        If the campaign was begun with its ledger in another place: it must not begin a second time.
    LedgerError
        If the campaign's name is too long for a server.
    """
    url = None if file.ledger.url is None else address(file.ledger.url, file.name)
    store = Store(directory or path.parent / file.name, url)
    asked = url or store.ledger
    if store.holds_campaign() and store.place != asked:
        raise StoreError(
            f"{path} asks for {told(asked)}, but {store.directory} was begun with {told(store.place)}; "
            "change the file, or see docs/postgresql.md for how to move a ledger"
        )
    return store


def settle(store: Store) -> None:
    """Let the directory say where on a server its ledger is."""
    if isinstance(store.place, str) and not store.pointer.is_file():
        store.create()
        write_text(store.pointer, f"{store.place}\n")
