"""Refusals over HTTP: every error becomes a status and sentences, and never a traceback for a client."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from flows.laboratory.api.desk import UnknownRequestError
from flows.laboratory.api.posted import MAX_BYTES, MAX_ROWS, TooLargeError
from flows.laboratory.api.shapes import Claimant, Options
from flows.laboratory.row import ConflictError, RefusedError
from flows.store import StoreError
from loop.claims import ClaimError
from loop.ledger import LedgerError
from loop.parts import nearest

RETRY_SECONDS = "30"

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (TooLargeError, 413),
    (ConflictError, 409),
    (RefusedError, 422),
    (ClaimError, 409),
    (UnknownRequestError, 404),
    (LedgerError, 503),
    (StoreError, 503),
)
"""What each error is in HTTP; the first that fits."""

REFUSALS: Mapping[int, str] = {
    401: "The token is missing or wrong.",
    404: "This was never asked of the laboratory.",
    408: "The body did not arrive in time.",
    409: "It contradicts what is there: another number that is no correction, or somebody else's claim.",
    413: f"More than {MAX_BYTES / 1e6:.0f} MB or {MAX_ROWS} rows.",
    415: "The body is not application/json.",
    422: "Something cannot be read; each sentence says where and what would be right.",
    503: "The ledger is busy or damaged. Nothing was changed; try again where it is busy.",
}
"""What a client is told of each status."""

Handler = Callable[[Request, Any], Coroutine[Any, Any, JSONResponse]]


def _answer(status: int, *sentences: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"errors": list(sentences)}, status, dict(headers or {}))


async def _of_ours(_request: Request, error: Exception) -> JSONResponse:
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    sentences = error.sentences if isinstance(error, RefusedError) else [str(error)]
    return _answer(status, *sentences, headers={"Retry-After": RETRY_SECONDS} if status == 503 else None)


async def _of_http(_request: Request, error: HTTPException) -> JSONResponse:
    sentence = {
        404: "there is nothing at this address; /docs lists what there is",
        405: "this cannot be done at this address; /docs lists what can",
    }.get(error.status_code, error.detail)
    return _answer(error.status_code, sentence, headers=error.headers)


async def _of_parameters(_request: Request, error: RequestValidationError) -> JSONResponse:
    known = [*Options.model_fields, *Claimant.model_fields]
    return _answer(422, *(_parameter(found, known) for found in error.errors()))


def _parameter(found: Mapping[str, Any], known: list[str]) -> str:
    name = str(found["loc"][-1])
    if found["type"] == "extra_forbidden":
        return f"there is no parameter '{name}' here; {nearest(name, known)}"
    if found["type"] == "missing":
        return f"a parameter '{name}' is needed"
    return f"parameter {name}: {str(found['msg'])[:1].lower()}{str(found['msg'])[1:]}"


async def _of_zincloop(_request: Request, error: Exception) -> JSONResponse:
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"a fault of zincloop ({type(error).__name__}); what the server printed says more",
    )


HANDLERS: dict[int | type[Exception], Handler] = {
    **{kind: _of_ours for kind, _ in STATUSES},
    HTTPException: _of_http,
    RequestValidationError: _of_parameters,
    Exception: _of_zincloop,
}
