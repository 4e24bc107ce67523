"""Prefect's server: the user's if there is one, else the private one of a run."""

from __future__ import annotations

import base64
import json
import os
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from flows.doctor.finding import Finding, ok, warning
from flows.server import ServerError, prefect_server

ABOUT = "Prefect"
WITHOUT = "a campaign goes on without it, and without its pages"


def prefect() -> Finding:
    """Whether the server that a run would use answers."""
    given, started = os.environ.get("PREFECT_API_URL"), time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="zincloop-doctor-", ignore_cleanup_errors=True) as home,
            prefect_server(Path(home), Path(home) / "log"),
        ):
            version = _version(os.environ["PREFECT_API_URL"])
    except urllib.error.HTTPError as error:
        return warning(ABOUT, f"{given} refuses: {error.code} {error.reason}", _token(error.code))
    except (ServerError, OSError) as error:
        where = f"PREFECT_API_URL={given}" if given else "a private server"
        advice = "check or unset PREFECT_API_URL" if given else "see 'packages' above"
        return warning(ABOUT, f"{where} does not answer ({error})", f"{advice}; {WITHOUT}")
    where = given or f"a private server, up after {time.monotonic() - started:.0f} s"
    return ok(ABOUT, f"{where}{version}")


def _version(api: str) -> str:
    """What the server says it is; nothing where it does not say, as Prefect Cloud."""
    headers = {}
    if key := os.environ.get("PREFECT_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    elif secret := os.environ.get("PREFECT_API_AUTH_STRING"):
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    try:
        asked = urllib.request.Request(f"{api.rstrip('/')}/admin/version", headers=headers)  # noqa: S310 - the user's own
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - as above
            return f", version {json.load(answer)}"
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return ""
        raise


def _token(code: int) -> str:
    if code in {401, 403}:
        return f"set PREFECT_API_AUTH_STRING or PREFECT_API_KEY as that server wants it; {WITHOUT}"
    return f"look at that server; {WITHOUT}"
