"""What the laboratory is asked."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from flows.laboratory.columns import KNOWN, SHORT
from flows.opening import Opened
from flows.store import StoreError
from generators.corpus.entries import cas_numbers
from loop.campaign import State
from loop.claims import Claim
from loop.protocols import DeferredOracle
from loop.readings import Assay
from loop.records import Pick, Request


@dataclass(frozen=True)
class Open:
    """A request to people, as a rule one that waits for readings.

    Attributes
    ----------
    round
        In which its molecule was picked.
    pick
        The molecule, and why.
    missing
        Assays that lack readings -> how many; nothing where the request is answered.
    priority
        1 for the first to be done: older rounds first, in each the order in which molecules were chosen;
        0 where nothing is to be done.
    claim
        Who has taken it on, if somebody has.
    """

    request: Request
    round: int
    pick: Pick
    missing: dict[Assay, int]
    priority: int
    claim: Claim | None = None

    @property
    def short(self) -> str:
        """The name by which people know it."""
        return self.request.key[:SHORT]


def people(opened: Opened) -> list[DeferredOracle]:
    """The oracles that ask people.

    Raises
    ------
    StoreError
        If the campaign has none.
    """
    found = [o for o in opened.assembled.parts.oracles if isinstance(o, DeferredOracle)]
    if not found:
        raise StoreError(
            f"{opened.store.directory}: this campaign asks no laboratory; an oracle of kind 'laboratory' does"
        )
    return found


def open_requests(opened: Opened, state: State) -> list[Open]:
    """What waits for readings, the first to be done first."""
    return [request for request in asked_requests(opened, state) if request.missing]


def asked_requests(opened: Opened, state: State) -> list[Open]:
    """Everything people were ever asked, in the order asked."""
    assays = {a.property: a for oracle in people(opened) for a in oracle.wanted}
    kinds = {oracle.kind for oracle in people(opened)}
    by_molecule = {r.molecule: r for r in state.requests.values() if r.oracle in kinds}
    priorities = itertools.count(1)
    found = []
    for number, pick in ((r.number, p) for r in state.rounds for p in r.picks):
        if (request := by_molecule.get(pick.candidate.molecule)) is not None:
            missing = {assays[name]: n for name, n in state.notebook.missing(request).items()}
            priority = next(priorities) if missing else 0
            found.append(Open(request, number, pick, missing, priority, state.claims.get(request.key)))
    return found


def to_fill_in(asked: Sequence[Open], state: State) -> pd.DataFrame:
    """A row for each reading that is missing, with the columns that come back empty."""
    cas = cas_numbers()
    rows = []
    for request in asked:
        molecule = request.pick.candidate.molecule
        for assay in request.missing:
            rows += [
                {
                    "request": request.short,
                    "smiles": molecule.smiles,
                    "name": request.pick.candidate.name or "",
                    "cas": cas.get(molecule.smiles, ""),
                    "property": assay.property,
                    "replicate": replicate,
                    "unit": assay.unit,
                    "method": assay.method,
                    "priority": request.priority,
                    "round": request.round,
                    "reason": request.pick.reason,
                    "claimed": "" if request.claim is None else request.claim.by,
                }
                for replicate in free_replicates(request, assay, state)
            ]
    return pd.DataFrame(rows, columns=list(KNOWN)).fillna("")


def free_replicates(asked: Open, assay: Assay, state: State) -> list[str]:
    """Names for the readings that are missing, none of them taken."""
    there = state.notebook.standing.get(assay.property, {}).get(asked.request.molecule, [])
    used = {reading.replicate for reading in there}
    missing = asked.missing[assay]
    return [str(n) for n in range(1, len(used) + missing + 1) if str(n) not in used][:missing]
