"""Who is let in to the laboratory's HTTP API, and how much of what they send is read."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated

from fastapi import HTTPException, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import ClientDisconnect

from flows.laboratory.api.posted import MAX_BYTES, TooLargeError

BODY_SECONDS = 30.0
"""How long a client may take to send what it posts."""

_bearer = HTTPBearer(auto_error=False, description="What stands in lab.token of the campaign's directory.")


async def known(
    request: Request,
    response: Response,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> None:
    """Let in who knows the token."""
    token: str = request.app.state.token
    if given is None or not hmac.compare_digest(given.credentials.encode(), token.encode()):
        raise HTTPException(
            401,
            "the header 'Authorization: Bearer TOKEN' is missing"
            if given is None
            else "the token is not that of this campaign; it stands in lab.token of the campaign's directory",
            {"WWW-Authenticate": "Bearer"},
        )
    response.headers["Cache-Control"] = "no-store"


async def body(request: Request) -> bytes:
    """What was sent, and no more of it read than is allowed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "the body must be JSON: 'Content-Type: application/json', not compressed")
    if int(request.headers.get("content-length", 0)) > MAX_BYTES:
        raise _too_large()
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                found += chunk
                if len(found) > MAX_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise HTTPException(408, f"the body did not arrive within {BODY_SECONDS:.0f} s") from None
    except ClientDisconnect:
        raise HTTPException(400, "the connection ended before the body did") from None
    return bytes(found)


def _too_large() -> TooLargeError:
    return TooLargeError(f"the body is larger than {MAX_BYTES / 1e6:.0f} MB, so send it in parts")
