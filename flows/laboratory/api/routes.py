"""The laboratory's HTTP API: its routes, what each may be told, and what each refusal is in HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.responses import HTMLResponse

from flows.laboratory.api import posted
from flows.laboratory.api.admitting import body, known
from flows.laboratory.api.desk import Desk
from flows.laboratory.api.page import render
from flows.laboratory.api.refusing import HANDLERS, REFUSALS
from flows.laboratory.api.shapes import (
    Asked,
    Claimant,
    OpenRequests,
    Options,
    ReadingRow,
    Refusal,
    Standing,
    TakenIn,
)

ABOUT = """What a zincloop campaign asks of its laboratory, and the way to answer.

A request is a molecule to be measured; a reading is one number of one replicate. Readings are taken in all
together or not at all, and sending the same ones again changes nothing. A refusal is a list of sentences."""


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
Sent = Annotated[bytes, Depends(body)]
Name = Annotated[str, Path(description="identifier of a request", examples=["3f9a1c02"])]


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Refusal, "description": REFUSALS[status]} for status in statuses}


def _takes(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


router = APIRouter(dependencies=[Depends(known)], responses=_refusals(401, 503))
ONE = _refusals(404, 422)
CLAIMING = _refusals(404, 409, 422)


@router.get("/campaign", summary="Where the campaign stands")
def standing(desk: AtDesk) -> Standing:
    """Rounds, budget and readings so far."""
    return desk.standing()


@router.get("/requests", summary="What waits to be measured")
def requests(desk: AtDesk) -> OpenRequests:
    """Every request that lacks readings, the first to be done first."""
    return desk.requests()


@router.get("/requests/{id}", summary="One request", responses=ONE)
def request(desk: AtDesk, id: Name) -> Asked:
    """A request, answered or not: missing is empty where it is answered."""
    return desk.request(id)


@router.put(
    "/requests/{id}/claim",
    summary="Take a request on",
    responses=CLAIMING | _refusals(408, 413, 415),
    openapi_extra=_takes(Claimant.model_json_schema()),
)
def claim(desk: AtDesk, id: Name, sent: Sent) -> Asked:
    """Tell others that somebody measures this. The same person again changes nothing; another is refused."""
    return desk.claim(id, posted.claimant(posted.read_json(sent)))


@router.delete("/requests/{id}/claim", summary="Give a request back", responses=CLAIMING)
def release(desk: AtDesk, id: Name, whose: Annotated[Claimant, Query()]) -> Asked:
    """End the claim of the person named; where nobody has the request nothing is changed."""
    return desk.release(id, posted.person(whose.by))


@router.post(
    "/readings",
    summary="Send readings",
    responses=_refusals(408, 409, 413, 415, 422),
    openapi_extra=_takes(
        {"type": "array", "maxItems": posted.MAX_ROWS, "items": ReadingRow.model_json_schema()}
    ),
)
def readings(desk: AtDesk, sent: Sent, options: Annotated[Options, Query()]) -> TakenIn:
    """Take in a list of readings, all or none; a campaign that waits goes on by itself."""
    table = posted.rows(posted.read_json(sent))
    return desk.take_in(table, options.dry_run, options.unsolicited)


def create(desk: Desk, token: str) -> FastAPI:
    """The application, with its document at ``/openapi.json`` and a page of it at ``/docs``."""
    app = FastAPI(
        title="zincloop laboratory",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={**HANDLERS},
        # Whatever the environment says: what is asked and found leaves this machine with its owner only.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.desk, app.state.token = desk, token
    app.include_router(router)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        allowed = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(render(app.openapi()), headers=allowed)

    return app
