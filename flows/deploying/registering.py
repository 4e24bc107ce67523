"""Make a deployment known to Prefect, and clear away what a server that died has left of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectHTTPStatusError
from prefect.flows import Flow
from prefect.runner import Runner
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.server import ServerError

AT_ONCE = 200
"""Runs that a server tells of at once."""


async def register(
    runner: Runner, flow: Flow[Any, Any], name: str, directory: Path, every: timedelta
) -> UUID:
    """Register a deployment with its schedule, and ask for a first run at once.

    Raises
    ------
    ServerError
        If Prefect's server does not answer, or does not let us in.
    """
    async with get_client() as client:
        if (problem := await client.api_healthcheck()) is not None:
            raise ServerError(f"Prefect's server does not answer ({problem})")
        try:
            return await _registered(client, runner, flow, name, directory, every)
        except PrefectHTTPStatusError as error:
            raise ServerError(f"Prefect's server refuses: {error}") from error


async def _registered(
    client: PrefectClient,
    runner: Runner,
    flow: Flow[Any, Any],
    name: str,
    directory: Path,
    every: timedelta,
) -> UUID:
    deployment = await flow.ato_deployment(
        name=name,
        interval=every,
        paused=False,
        parameters={"directory": str(directory)},
        description=f"The campaign in {directory}: goes on if it has something to do.",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    found = await runner.aadd_deployment(deployment)
    await _clear(client, found)
    await client.create_flow_run_from_deployment(found)
    return found


async def _clear(client: PrefectClient, deployment: UUID) -> None:
    """Runs that were scheduled and missed are not made up for; those of a server that died have crashed."""
    while found := await _runs(client, deployment, StateType.SCHEDULED):
        for run in found:
            await client.delete_flow_run(run.id)
    for state in (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING):
        for run in await _runs(client, deployment, state):
            await client.set_flow_run_state(run.id, Crashed(message="its server died"), force=True)


async def _runs(client: PrefectClient, deployment: UUID, state: StateType) -> list[FlowRun]:
    # This Prefect's server refuses what its client leaves out.
    return await client.read_flow_runs(
        sort=FlowRunSort.ID_DESC,
        limit=AT_ONCE,
        deployment_filter=DeploymentFilter.model_validate({"id": {"any_": [deployment]}}),
        flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": [state]}}}),
    )
