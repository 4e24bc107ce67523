"""Everything that is looked at, in order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.assembly import Assembled, assemble
from flows.campaign_file import CampaignFileError, read
from flows.doctor import calculation, directory, elsewhere, history, machine, packages, server
from flows.doctor.calculation import Say
from flows.doctor.finding import Finding, Grade, ok, trouble
from flows.doctor.notifications import notifications
from flows.opening import Opened, check_same, existing, locate
from flows.store import Store, StoreError
from loop.ledger import LedgerError


@dataclass
class Patient:
    """A campaign, as far as it can be opened.

    Attributes
    ----------
    told
        What was seen on the way.
    """

    store: Store | None = None
    assembled: Assembled | None = None
    opened: Opened | None = None
    told: list[Finding] = field(default_factory=list)


def visit(
    campaign: Path | None, home: Path | None, say: Say, quick: bool = False, notify: bool = False
) -> Iterator[Finding]:
    """Look at the machine, and at a campaign if one is given.

    Parameters
    ----------
    campaign, home
        As for a run: a campaign file or a directory, and where the campaign of a file lives.
    say
        Told what is about to take a while.
    quick
        Leave out what takes longer than seconds: the oracles' calculations and Prefect.
    notify
        Send a message to wherever the campaign's notifications go.
    """
    patient = Patient() if campaign is None else admit(campaign, home)
    yield from _machine(machine.Needs.of(patient.assembled))
    yield from patient.told
    if patient.store is not None:
        yield from _directory(patient.store)
        if all(finding.grade is not Grade.TROUBLE for finding in patient.told):
            yield from elsewhere.server(patient.store)
    if patient.opened is not None:
        yield from _history(patient.opened)
    if patient.assembled is not None and patient.store is not None:
        yield from elsewhere.cluster(patient.assembled)
        yield from elsewhere.shared(patient.assembled)
        yield from notifications(patient.assembled, patient.store, notify)
    if not quick:
        if patient.assembled is not None and patient.store is not None:
            yield from calculation.answers(patient.assembled, patient.store.jobs, say)
        say("Prefect's server starts: half a minute at most, as a rule")
        yield from _checked(server.prefect)


def admit(campaign: Path, home: Path | None) -> Patient:
    """Open a campaign, and tell what is wrong with it."""
    patient = Patient()
    try:
        file, patient.store = locate(campaign, home)
        if file is not None:
            patient.assembled = assemble(*read(file))
            patient.told.append(ok("campaign file", f"{file} is valid"))
        if patient.store.holds_campaign() or file is None or patient.store.backup.is_file():
            patient.opened = existing(patient.store.directory)
            if file is not None and patient.assembled is not None:
                check_same(patient.opened.assembled.resolved, patient.assembled.resolved, file, patient.store)
            patient.assembled = patient.assembled or patient.opened.assembled
        else:
            patient.told.append(ok("campaign", "not begun"))
    except CampaignFileError as error:
        patient.told += [trouble("campaign file", p, "correct it") for p in error.problems]
    except (StoreError, LedgerError) as error:
        seen, _, advice = str(error).partition("; ")
        patient.told.append(trouble("campaign", seen, advice))
    return patient


def _machine(needs: machine.Needs) -> Iterator[Finding]:
    yield from _checked(packages.python)
    yield from _checked(packages.packages)
    yield from packages.extras()
    yield from _checked(lambda: machine.threads(needs))
    yield from _checked(lambda: machine.memory(needs))
    yield from _checked(calculation.contained)


def _directory(store: Store) -> Iterator[Finding]:
    yield from _checked(lambda: directory.writable(store))
    yield from _checked(lambda: directory.disk(store))
    yield from _checked(lambda: directory.space(store.directory, "disk space"))
    yield from _checked(lambda: directory.scratch(os.environ.get("TMPDIR")))
    yield from _checked(lambda: directory.holder(store))
    yield from _checked(lambda: directory.logs(store))


def _history(opened: Opened) -> Iterator[Finding]:
    store = opened.store
    yield (ledger := history.whole(opened))
    if ledger.advice:
        return
    state = opened.ledger.state()
    yield from _checked(lambda: history.backup(store, state))
    yield from _checked(lambda: history.clock(opened.ledger.history(), time.time()))
    yield from _checked(lambda: history.calculations(store, state))
    yield from history.laboratory(opened, state)


def _checked(check: Callable[[], Finding]) -> Iterator[Finding]:
    """What a check finds; one that breaks hides nothing of what the others find."""
    try:
        yield check()
    except OSError as error:
        yield trouble(str(error.filename or "this machine"), str(error), "see whether it may be read")
