"""One calculation for all campaigns that ask the same: take what others measured, give what is made here."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.assembly import Assembled
from loop.ledger import LedgerError
from loop.ledger.shared import Lease, Shared, SharedMeasurements
from loop.records import Cost, Measurement, Outcome, Request

log = logging.getLogger("zincloop")

LEASE_SECONDS = 120.0
"""How long a program that died keeps others from making its measurement."""

LOOK_SECONDS = 2.0
"""How often a program that waits for another's measurement looks for it."""


class Sharing:
    """What one run of a campaign shares with others.

    Parameters
    ----------
    measurements
        The file that the campaigns share.
    campaign
        Name of this one.
    home
        Its directory. One program at a time works there, so that a run goes on with the leases of the one
        before it.
    """

    def __init__(self, measurements: SharedMeasurements, campaign: str, home: Path) -> None:
        self._measurements, self._campaign = measurements, campaign
        self._owner = f"{socket.gethostname()}:{home.resolve()}"
        self._held: dict[str, Lease] = {}
        self._closed = threading.Event()
        threading.Thread(target=self._renew, name="leases", daemon=True).start()

    def take(self, request: Request, ending: Callable[[], bool]) -> Measurement | None:
        """What another campaign measured; ``None`` where it is this one's turn to measure, or the run ends.

        While another campaign measures it, this waits.
        """
        waited = False
        while not ending():
            try:
                found = self._measurements.claim(request, self._owner, LEASE_SECONDS)
            except LedgerError as error:  # sharing saves work; a campaign can do without
                log.warning("nothing is shared: %s", error)
                return None
            if isinstance(found, Shared):
                return _of(found)
            if found is not None:
                self._held[request.key] = found
                return None
            if not waited:
                log.info("%s %s: another campaign calculates it", request.oracle, request.molecule)
            waited = True
            self._closed.wait(LOOK_SECONDS)
        return None

    def give(self, request: Request, outcome: Outcome | None) -> None:
        """Share a measurement, or let others try where there is none."""
        lease = self._held.pop(request.key, None)
        if lease is None:
            return
        try:
            if isinstance(outcome, Measurement):
                self._measurements.deliver(lease, request, outcome, self._campaign)
            else:
                self._measurements.release(lease)
        except LedgerError as error:
            log.warning("not shared: %s", error)

    def close(self) -> None:
        """End the run's part in it."""
        self._closed.set()

    def _renew(self) -> None:
        while not self._closed.wait(LEASE_SECONDS / 4):
            for lease in list(self._held.values()):
                try:
                    self._measurements.renew(lease, LEASE_SECONDS)
                except LedgerError as error:  # what is lost is that others may calculate it too
                    log.warning("%s", error)


def _of(shared: Shared) -> Measurement:
    """The measurement as this campaign records it: it cost nothing here."""
    found = shared.measurement
    told = {
        "campaign": shared.campaign,
        "at": datetime.fromtimestamp(shared.at, UTC).isoformat(timespec="seconds"),
        "cpu_seconds": found.cost.cpu_seconds,
        "wall_seconds": found.cost.wall_seconds,
    }
    return replace(found, cost=Cost(0.0, 0.0), details={**found.details, "shared": told})


@contextmanager
def sharing(assembled: Assembled, home: Path) -> Iterator[Sharing | None]:
    """Share measurements while a run lasts; nothing where the campaign file names no file for it.

    Raises
    ------
    LedgerError
        If the file cannot be used.
    """
    if assembled.shared is None:
        yield None
        return
    measurements = SharedMeasurements(assembled.shared)
    shared = Sharing(measurements, assembled.definition.name, home)
    try:
        yield shared
    finally:
        shared.close()
        measurements.close()
