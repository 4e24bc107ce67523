"""Seeds of everything random, all of the campaign's one."""

from __future__ import annotations

import hashlib


def child_seed(seed: int, *path: str | int) -> int:
    """Derive a seed from the campaign's and a path such as ``(round, "prior")``; 31 bits."""
    text = "/".join(str(part) for part in (seed, *path))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
