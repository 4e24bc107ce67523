"""Begin the campaign of a file, so that from then on its directory is all that is needed."""

from __future__ import annotations

from pathlib import Path

from flows.opening import Opened, begin_or_resume, commit, locate


def begun(path: Path, directory: Path | None) -> Opened:
    """Open a campaign; what its file says is in the ledger then, and nothing else has happened.

    Raises
    ------
    CampaignFileError, StoreError
        If it cannot be run.
    """
    opened = begin_or_resume(path, directory)
    if locate(path, directory)[0] is not None:
        with opened.store.locked():
            commit(opened)
    return opened
