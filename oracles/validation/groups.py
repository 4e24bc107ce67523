"""Every group of checks, in the order in which they are shown."""

from __future__ import annotations

from oracles.validation import coupled_cluster, exchange_series, published, qm9, ranks
from oracles.validation.check import Group

GROUPS: tuple[Group, ...] = (
    qm9.GROUP,
    published.GROUP,
    coupled_cluster.GROUP,
    exchange_series.GROUP,
    ranks.GROUP,
)
