"""Who has taken a request on. A claim tells people; nothing that is measured or decided depends on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Claim:
    """Somebody took a request on, or gave it back.

    Attributes
    ----------
    request
        Key of the request.
    by
        Who, as people write it.
    at
        When it was recorded, seconds since 1970-01-01 UTC.
    released
        Whether this is the giving back.
    """

    request: str
    by: str
    at: float
    released: bool = False

    def __str__(self) -> str:
        return f"{self.by} since {datetime.fromtimestamp(self.at, UTC):%Y-%m-%d %H:%M} UTC"


class ClaimError(Exception):
    """A claim on what somebody else has; the message says who, and since when."""


def standing(claims: Iterable[Claim]) -> dict[str, Claim]:
    """Request key -> the claim on it that was not given back, of claims in the order recorded."""
    last = {claim.request: claim for claim in claims}
    return {key: claim for key, claim in last.items() if not claim.released}
