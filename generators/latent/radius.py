"""How far to step from a molecule, by how the steps before fared."""

from __future__ import annotations

from collections.abc import Sequence

from generators.latent import TRUST_REGION

FARTHER = 1.5
"""Factor after a success; a failure undoes a quarter of it, so that the length rests where one step in five
is a success (Rechenberg's rule; Auger & Hansen, 10.1007/978-3-642-33206-7 discuss it)."""

NEARER = FARTHER**-0.25

LEAST, MOST = 0.5, 2.0
"""Bounds, as factors of the radius it begins with: below, nearly all steps return the parent, above, nothing
of it is left."""


def radius_after(radius: float, fates: Sequence[tuple[str, bool]]) -> float:
    """Mean length (L2) of the next step from a molecule.

    Parameters
    ----------
    fates
        Origin of each proposal from it, and whether it was among the best, the oldest first; those of other
        origins than the trust region tell nothing.
    """
    now = radius
    for origin, good in fates:
        if origin == TRUST_REGION:
            now = min(max(now * (FARTHER if good else NEARER), LEAST * radius), MOST * radius)
    return now
