"""Begin the campaign of a file, so that from then on its directory is all that is needed."""

from __future__ import annotations

from pathlib import Path

from flows.assembly import from_resolved
from flows.opening import Opened, begin_or_resume, commit
from flows.placing import settle


def begun(path: Path, directory: Path | None) -> Opened:
    """Open a campaign; what its file says is in the ledger then, and nothing else has happened.

    Raises
    ------
    CampaignFileError, StoreError
        If it cannot be run.
    """
    opened = begin_or_resume(path, directory)
    stored = opened.ledger.definition()
    if stored is None or from_resolved(stored).resolved != opened.assembled.resolved:
        with opened.store.locked():
            commit(opened)
    else:  # perhaps a run goes on, which is to be looked after from now on
        settle(opened.store)
    return opened
