"""The flow that a deployment runs at every tick; may also be deployed to a work pool of the user's."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.deploying.tick import SERVED_BY, go_on, idle
from flows.statuses import PAUSED
from flows.store import Store, StoreError
from loop.ledger import LedgerError
from oracles.contained.endings import die_with_parent

log = logging.getLogger("zincloop")


@flow(name="zincloop campaign", persist_result=False)
def campaign(directory: str) -> State[Any]:
    """Let a campaign go on if it has something to do.

    Parameters
    ----------
    directory
        Absolute path of the campaign's directory, on the machine where this runs.
    """
    if (server := os.environ.get(SERVED_BY)) is not None:
        die_with_parent(int(server))
    home = Path(directory)
    try:
        if (why := idle(home)) is not None:
            return Completed(message=why)
    except (StoreError, LedgerError) as error:
        return Failed(message=str(error))
    ran = go_on(home)
    if ran.status == 0:
        return Completed(message=ran.sentence)
    if (owner := Store(home).holder()) is not None:  # another program was quicker
        return Completed(message=f"process {owner} works on the campaign")
    if ran.status == PAUSED:
        _pause()
        return Failed(message=f"{ran.sentence}; no more runs are scheduled before a person resumes them")
    return Failed(message=ran.sentence)


def _pause() -> None:
    """Let the deployment's schedule rest: to go on would spend calculations on what is broken."""
    if (deployment := runtime.deployment.id) is not None:
        with get_client(sync_client=True) as client:
            client.pause_deployment(deployment)
