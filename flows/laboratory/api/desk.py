"""What the laboratory's HTTP API can do with a campaign, free of HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from flows.assembly import from_resolved
from flows.laboratory.api.shapes import Asked, Claimed, Missing, OpenRequests, Spent, Standing, TakenIn
from flows.laboratory.asking import Open, asked_requests, free_replicates, open_requests
from flows.laboratory.columns import SHORT
from flows.laboratory.row import Row
from flows.laboratory.taking import take_rows
from flows.opening import Opened, existing
from flows.store import Store, StoreError
from flows.summary import spending
from flows.views import standing
from generators.corpus.entries import cas_numbers
from loop.campaign import State
from loop.claims import ClaimError
from loop.ledger import LedgerError

PATIENCE_SECONDS = 30.0
"""How long one request waits for those before it."""


class UnknownRequestError(LookupError):
    """Nothing of this name was ever asked of the laboratory."""


class Desk:
    """Where instruments and notebooks come to: one at a time.

    A file's ledger is kept open, so that only what came since is read, until another file is in its place: a
    repair puts one there. What is on a server is opened anew each time.

    Parameters
    ----------
    home
        The campaign's directory.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._turn = threading.Lock()
        self._kept: _Kept | None = None

    def close(self) -> None:
        """Close the ledger."""
        if self._kept is not None:
            self._kept.opened.ledger.close()
        self._kept = None

    def standing(self) -> Standing:
        """Where the campaign stands."""
        with self._turned() as kept:
            opened, state = kept.opened, kept.opened.ledger.state()
            definition = opened.assembled.definition
            return Standing(
                campaign=definition.name,
                standing=standing(opened, state),
                closed=state.closed,
                rounds=len(state.rounds),
                open=sum(bool(request.missing) for request in kept.asked),
                readings=len(state.notebook.reported),
                budget=[
                    Spent(name=s.name, spent=s.spent, limit=s.limit, unit=s.unit)
                    for s in spending(definition, state)
                ],
            )

    def requests(self) -> OpenRequests:
        """What waits to be measured."""
        with self._turned() as kept:
            return OpenRequests(requests=[_asked(r, kept.state) for r in kept.asked if r.missing])

    def request(self, name: str) -> Asked:
        """One request, answered or not.

        Raises
        ------
        UnknownRequestError
            If it was never asked.
        """
        with self._turned() as kept:
            return _asked(_find(kept, name), kept.state)

    def claim(self, name: str, by: str) -> Asked:
        """Take a request on for somebody.

        Raises
        ------
        UnknownRequestError
            If it was never asked.
        ClaimError
            If somebody else has it, or it is answered.
        """
        with self._turned() as kept:
            found = _find(kept, name)
            if not found.missing:
                raise ClaimError(f"request {found.short} is answered; nothing is left to be taken on")
            kept.opened.ledger.claim(found.request.key, by)
            now = self._current()
            return _asked(_find(now, name), now.state)

    def release(self, name: str, by: str) -> Asked:
        """Give a request back.

        Raises
        ------
        UnknownRequestError
            If it was never asked.
        ClaimError
            If somebody else has it.
        """
        with self._turned() as kept:
            kept.opened.ledger.release(_find(kept, name).request.key, by)
            now = self._current()
            return _asked(_find(now, name), now.state)

    def take_in(self, table: Sequence[Row], dry: bool, unsolicited: bool) -> TakenIn:
        """Take in readings, all or none.

        Raises
        ------
        RefusedError
            Naming every row that cannot be taken.
        """
        with self._turned() as kept:
            taken = take_rows(kept.opened, table, dry, unsolicited)
            return TakenIn(
                dry_run=dry,
                new=len(taken.intake.news),
                known=taken.intake.known,
                empty=taken.empty,
                answered=taken.answered,
                open=len(open_requests(kept.opened, taken.after)),
                converted=list(taken.converted),
                doubts=list(taken.doubts),
                closed=taken.after.closed,
            )

    @contextmanager
    def _turned(self) -> Iterator[_Kept]:
        if not self._turn.acquire(timeout=PATIENCE_SECONDS):
            raise LedgerError(f"{self._home}: busy with other requests; try again")
        try:
            yield self._current()
        except LedgerError:
            self.close()
            raise
        finally:
            if self._kept is not None and self._kept.file is None:
                self.close()
            self._turn.release()

    def _current(self) -> _Kept:
        """The campaign as it is now."""
        kept, file = self._kept, _file(self._home)
        if not self._home.is_dir():
            self.close()
            raise StoreError(f"{self._home}: the campaign's directory is not there any more")
        if kept is None or file is None or kept.file != file:
            self.close()
            opened = existing(self._home)
            kept = _Kept(opened, _file(self._home), opened.ledger.state())
        elif (state := kept.opened.ledger.state()).seq != kept.state.seq:
            assembled = from_resolved(kept.opened.ledger.definition() or {})
            kept = _Kept(replace(kept.opened, assembled=assembled), file, state)
        self._kept = kept
        return kept


@dataclass(frozen=True)
class _Kept:
    """An open campaign, made anew with every event: its definition may have been amended.

    Attributes
    ----------
    file
        Which file its ledger is: device and inode; ``None`` for one on a server.
    state
        As of the last event.
    """

    opened: Opened
    file: tuple[int, int] | None
    state: State

    @cached_property
    def asked(self) -> list[Open]:
        """Everything people were ever asked."""
        return asked_requests(self.opened, self.state)


def _file(home: Path) -> tuple[int, int] | None:
    try:
        found = Store(home).ledger.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _find(kept: _Kept, name: str) -> Open:
    for request in kept.asked:
        if name in (request.short, request.request.key):
            return request
    raise UnknownRequestError(f"request '{name[: 2 * SHORT]}' was never asked of the laboratory")


def _asked(request: Open, state: State) -> Asked:
    candidate, claim = request.pick.candidate, request.claim
    return Asked(
        id=request.short,
        smiles=candidate.molecule.smiles,
        name=candidate.name,
        cas=cas_numbers().get(candidate.molecule.smiles),
        priority=request.priority,
        round=request.round,
        reason=request.pick.reason,
        claimed=None if claim is None else Claimed(by=claim.by, since=datetime.fromtimestamp(claim.at, UTC)),
        missing=[
            Missing(
                property=assay.property,
                unit=assay.unit,
                missing=count,
                replicates=assay.replicates,
                free=free_replicates(request, assay, state),
                uncertainty=assay.uncertainty,
                low=assay.low,
                high=assay.high,
                method=assay.method,
            )
            for assay, count in request.missing.items()
        ],
    )
