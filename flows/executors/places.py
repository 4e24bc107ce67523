"""How many calculations may be with a cluster at once: as many as it has threads, and no more."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger("zincloop")

LOOK_SECONDS = 0.2
"""How soon a place that falls free is taken."""

COUNT_SECONDS = 2.0
"""How long the number of places of a cluster is believed."""

KEEP_SECONDS = 30.0
"""How often jobs are submitted in the place of those that ended."""

PATIENCE_SECONDS = 600.0
"""After which a cluster without a place is spoken of."""


class Places:
    """Gives places to calculations.

    Parameters
    ----------
    most
        Places at once, however large the cluster is.
    threads
        Tells how many threads the cluster has.
    keep
        Is told how many calculations there are to be run, now and then.
    """

    def __init__(self, most: int, threads: Callable[[], int], keep: Callable[[int], None]) -> None:
        self._most, self._threads, self._keep = most, threads, keep
        self._lock = threading.Lock()
        self._taken = self._wanted = self._known = self._kept_for = 0
        self._counted = self._kept = float("-inf")
        self._empty_since: float | None = None

    @contextmanager
    def taken(self, cancelled: Callable[[], bool]) -> Iterator[bool]:
        """Wait for a place and hold it; false if ``cancelled`` became true first."""
        with self._lock:
            self._wanted += 1
        got = False
        try:
            while not (got := self._try()) and not cancelled():
                time.sleep(LOOK_SECONDS)
            yield got
        finally:
            with self._lock:
                self._wanted -= 1
                self._taken -= got

    def look(self) -> None:
        """See to jobs and count places if it is time; to be called while a calculation is waited for, too."""
        with self._lock:
            self._look(time.monotonic())

    def _try(self) -> bool:
        with self._lock:
            self._look(time.monotonic())
            if self._taken < self._known:
                self._taken += 1
                return True
            return False

    def _look(self, now: float) -> None:
        wanted = min(self._wanted, self._most)
        if now - self._kept > KEEP_SECONDS or wanted > self._kept_for:
            self._keep(wanted)
            self._kept, self._kept_for = time.monotonic(), wanted
        if now - self._counted > COUNT_SECONDS:
            self._known = min(self._threads(), self._most)
            self._counted = time.monotonic()
            self._speak(now)

    def _speak(self, now: float) -> None:
        if self._known:
            self._empty_since = None
            return
        if self._empty_since is None:
            self._empty_since = now
        elif now - self._empty_since > PATIENCE_SECONDS:
            self._empty_since = now
            log.warning("the cluster has had no worker for %.0f minutes", PATIENCE_SECONDS / 60)
