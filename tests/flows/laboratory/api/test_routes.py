"""The laboratory over HTTP: a real server in a process of its own, and real requests to it."""

from __future__ import annotations

import csv
import io
import re
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import uvicorn

from flows.laboratory.api.desk import Desk
from flows.laboratory.api.posted import MAX_BYTES, MAX_ROWS
from flows.laboratory.api.routes import create
from flows.laboratory.api.serving import listening
from flows.laboratory.api.shapes import Asked, OpenRequests, ReadingRow, Refusal, Standing, TakenIn
from flows.laboratory.asking import open_requests
from flows.laboratory.columns import KNOWN
from flows.laboratory.row import RefusedError
from flows.laboratory.sheets import write_requests
from flows.laboratory.taking import take
from flows.laboratory.views import show_requests
from flows.opening import Opened, existing
from loop.ledger import Ledger
from tests.flows.laboratory.conftest import Served, serving
from tests.flows.laboratory.test_taking import BAD_CELLS, HEAD

Rows = list[dict[str, Any]]
JSON = {"Content-Type": "application/json"}


def facts(home: Path) -> tuple[str, int]:
    """What a refusal must leave as it was: the facts, and how many events there are."""
    ledger = Ledger(home / "ledger.sqlite")
    try:
        return ledger.digest(), len(ledger.history())
    finally:
        ledger.close()


def posted(file: Path) -> Rows:
    """A filled in file as it would be posted, its numbers as numbers."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    keep = table[["request", "property", "replicate", "value", "unit"]]
    return [{str(k): float(v) if k == "value" else v for k, v in r.items()} for r in keep.to_dict("records")]


def refused(answer: httpx.Response, status: int) -> list[str]:
    assert answer.status_code == status, answer.text
    return Refusal.model_validate_json(answer.text).errors


def raw(server: Served, head: str) -> str:
    """The first line of the answer to a head that is not followed by its body."""
    url = server.client.base_url
    with socket.create_connection((url.host, url.port), timeout=30) as connection:
        connection.sendall(f"{head}\r\nHost: {url.host}\r\n\r\n".encode())
        return connection.recv(4096).decode().splitlines()[0]


def test_the_list_is_that_of_the_command(shared: Served, waiting: Opened) -> None:
    listed = OpenRequests.model_validate(shared.client.get("/requests").json()).requests
    expected = open_requests(waiting, waiting.ledger.state())
    assert [r.id for r in listed] == [r.short for r in expected]
    assert [r.priority for r in listed] == [1, 2, 3, 4, 5, 6]
    first, acetone = expected[0], listed[0]
    assert (acetone.smiles, acetone.name, acetone.cas) == ("CC(C)=O", "acetone", "67-64-1")
    assert (acetone.round, acetone.reason, acetone.claimed) == (0, first.pick.reason, None)
    asked = [(m.property, m.unit, m.missing, m.replicates, m.free) for m in acetone.missing]
    assert asked == [("ce", "%", 2, 2, ["1", "2"]), ("conductivity", "mS/cm", 1, 1, ["1"])]
    for name in (first.short, first.request.key):
        assert Asked.model_validate(shared.client.get(f"/requests/{name}").json()) == acetone
    standing = Standing.model_validate(shared.client.get("/campaign").json())
    assert (standing.campaign, standing.open, standing.readings, standing.closed) == ("quick", 6, 0, None)


def test_without_the_token_nothing_is_told_and_nothing_read(shared: Served) -> None:
    routes = shared.client.get("/openapi.json").json()["paths"]
    calls = [(method, path.format(id="x")) for path, methods in routes.items() for method in methods]
    assert len(calls) == 6
    base = shared.client.base_url
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {shared.token}"}):
        for method, path in calls:
            answer = httpx.request(method, f"{base}{path}", headers=given)
            assert "Authorization: Bearer" in refused(answer, 401)[0] or "token" in refused(answer, 401)[0]
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert " 401 " in raw(shared, "POST /readings HTTP/1.1\r\nContent-Length: 1000")


def test_a_body_is_refused_before_more_of_it_is_read_than_is_allowed(shared: Served) -> None:
    head = (
        f"POST /readings HTTP/1.1\r\nAuthorization: Bearer {shared.token}\r\nContent-Type: application/json"
    )
    assert " 413 " in raw(shared, f"{head}\r\nContent-Length: {MAX_BYTES + 1}")
    # Without a length it is noticed on the way.
    pieces = (b" " * 100_000 for _ in range(MAX_BYTES // 100_000 + 2))
    told = refused(shared.client.post("/readings", content=pieces, headers=JSON), 413)
    assert told == ["the body is larger than 4 MB, so send it in parts"]
    many = refused(shared.client.post("/readings", json=[{}] * (MAX_ROWS + 1)), 413)
    assert many == ["5001 readings; 5000 are the most at once, so send them in parts"]


BAD_BODIES = [
    ("POST", "/readings", b"[1,", 422, "the body is not JSON"),
    ("POST", "/readings", b"\xff", 422, "the body is not JSON (UTF-8)"),
    ("POST", "/readings", b'[{"value": NaN}]', 422, "NaN is not a number; write null"),
    ("POST", "/readings", b'[{"value": 1, "value": 2}]', 422, "'value' is there twice"),
    ("POST", "/readings", b'["\\ud800"]', 422, "surrogates not allowed"),
    ("POST", "/readings", b"[" * 200_000, 422, "nested too deeply"),
    ("POST", "/readings", b"{}", 422, "the body must be a list of readings"),
    ("POST", "/readings", b"[7]", 422, "row 1: a reading must be an object"),
    ("POST", "/readings", b'[{"valeu": 7}]', 422, "row 1: there is no column 'valeu'; did you mean 'value'?"),
    ("POST", "/readings", b'[{"value": 7}]', 422, "row 1: a column 'request' or 'smiles' is needed"),
    ("POST", "/readings", b'[{"Value": 7, "value": 7}]', 422, "row 1: the column 'value' is there twice"),
    ("POST", "/readings", b'[{"notes": [1]}]', 422, "row 1: column notes: must be text or a number"),
    ("POST", "/readings?dryrun=true", b"[]", 422, "no parameter 'dryrun' here; did you mean 'dry_run'?"),
    ("POST", "/readings?dry_run", b"[]", 422, "parameter dry_run: "),
    ("PUT", "/requests/{id}/claim", b'{"By": "Ada"}', 422, "the body must say who"),
    ("PUT", "/requests/{id}/claim", b'{"by": 7}', 422, "the body must say who"),
    ("PUT", "/requests/{id}/claim", b'{"by": " "}', 422, "by: a name of 1 to 100 printable characters"),
    ("PUT", "/requests/{id}/claim", b'{"by": "A\\u001b[2J"}', 422, "printable characters is needed"),
    ("PUT", "/requests/{id}/claim", b'{"by": "Ada", "until": 1}', 422, "there is no 'until' in a claim"),
    ("PUT", "/requests/ffffffff/claim", b'{"by": "Ada"}', 404, "request 'ffffffff' was never asked"),
    ("DELETE", "/requests/{id}/claim", b"", 422, "a parameter 'by' is needed"),
    ("GET", "/requests/ffffffff", b"", 404, "request 'ffffffff' was never asked"),
    ("GET", "/reqests", b"", 404, "/docs lists what there is"),
    ("POST", "/requests", b"", 405, "/docs lists what can"),
]


def test_what_cannot_be_read_is_a_sentence_and_changes_nothing(shared: Served) -> None:
    before = facts(shared.home)
    name = shared.client.get("/requests").json()["requests"][0]["id"]
    for method, path, content, status, clause in BAD_BODIES:
        answer = shared.client.request(method, path.format(id=name), content=content, headers=JSON)
        told = "\n".join(refused(answer, status))
        assert clause in told, (path, content[:40])
    for headers in ({}, {"Content-Type": "text/csv"}, {**JSON, "Content-Encoding": "gzip"}):
        answer = shared.client.post("/readings", content=b"[]", headers=headers)
        assert "Content-Type: application/json" in refused(answer, 415)[0]
    assert facts(shared.home) == before


def test_every_bad_cell_gets_the_sentence_that_a_file_gets(
    shared: Served, waiting: Opened, tmp_path: Path
) -> None:
    before = facts(shared.home)
    good, bad = (r.key[:8] for r in waiting.ledger.state().pending[:2])
    compared = 0
    for line, _ in BAD_CELLS:
        lines = [HEAD, f"{good},ce,95,%,,,,,,", line.format(r=bad, long="x" * 3000)]
        table = [*csv.DictReader(io.StringIO("\n".join(lines)))]
        if any(None in row or None in row.values() for row in table):
            continue  # the wrong number of cells, which JSON does not know
        file = tmp_path / "bad.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with pytest.raises(RefusedError) as caught:
            take(waiting, file)
        of_file = re.sub(r".*, line (\d+)", lambda m: f"row {int(m[1]) - 1}", str(caught.value))
        answer = shared.client.post("/readings", json=table)
        assert refused(answer, 409 if "is there already" in of_file else 422) == of_file.splitlines()
        compared += 1
    assert compared > 40
    assert facts(shared.home) == before, "the good row among them was not taken in either"


def test_a_claim_is_the_first_ones_until_it_is_given_back(
    served: Served, waiting: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = waiting.ledger.digest()
    name = served.client.get("/requests").json()["requests"][0]["id"]
    claim = f"/requests/{name}/claim"
    first = served.client.put(claim, json={"by": "Ada"})
    assert first.json()["claimed"]["by"] == "Ada"
    assert served.client.put(claim, json={"by": " Ada "}).json() == first.json()
    assert served.client.get("/requests").json()["requests"][0] == first.json()
    sentence = f"request {name} is claimed by Ada since 20"
    assert refused(served.client.put(claim, json={"by": "Bob"}), 409)[0].startswith(sentence)
    assert refused(served.client.delete(claim, params={"by": "Bob"}), 409)[0].startswith(sentence)

    show_requests(waiting, write_requests(waiting, tmp_path / "ask.csv", tmp_path / "ask.html"))
    assert "Ada since" in capsys.readouterr().out
    assert list(pd.read_csv(tmp_path / "ask.csv")["claimed"].dropna()) == ["Ada"] * 3
    assert "claimed by Ada" in (tmp_path / "ask.html").read_text()

    assert served.client.delete(claim, params={"by": "Ada"}).json()["claimed"] is None
    assert served.client.delete(claim, params={"by": "Ada"}).json()["claimed"] is None
    assert served.client.put(claim, json={"by": "Bob"}).json()["claimed"]["by"] == "Bob"
    served.end()
    with serving(served.home) as again:
        assert again.client.get(f"/requests/{name}").json()["claimed"]["by"] == "Bob"
    assert waiting.ledger.digest() == digest


def test_readings_by_http_and_by_file_come_to_the_ledger_of_the_file_alone(
    served: Served, waiting: Opened, filled: Path, tmp_path: Path
) -> None:
    post, rows = served.client.post, posted(filled)
    # By another process: to close a file of a database ends the locks that this one holds on it.
    subprocess.run(["cp", "-r", str(served.home), str(tmp_path / "alone")], check=True)
    alone = existing(tmp_path / "alone")
    corrected = rows[0] | {"value": 94.5, "correction": True}

    def sent(table: Rows, **options: bool) -> TakenIn:
        answer = post("/readings", json=table, params=options)
        assert answer.status_code == 200, answer.text
        return TakenIn.model_validate_json(answer.text)

    before = facts(served.home)
    dry = sent(rows, dry_run=True)
    assert (dry.dry_run, dry.new, dry.answered) == (True, 18, 0)
    assert facts(served.home) == before
    partial = sent([rows[0], rows[1] | {"value": None}])
    assert (partial.new, partial.empty, partial.answered, partial.open) == (1, 1, 0, 6)
    asked = served.client.get(f"/requests/{rows[0]['request']}").json()
    assert [(m["property"], m["missing"], m["free"]) for m in asked["missing"]] == [
        ("ce", 1, ["2"]),
        ("conductivity", 1, ["1"]),
    ]
    assert (sent(rows[:3]).answered, sent(rows[:3]).known) == (1, 3)
    answered = served.client.get(f"/requests/{rows[0]['request']}").json()
    assert (answered["missing"], answered["priority"]) == ([], 0)
    done = served.client.put(f"/requests/{rows[0]['request']}/claim", json={"by": "Ada"})
    assert "is answered; nothing is left" in refused(done, 409)[0]
    here = facts(served.home)
    conflicting = post("/readings", json=[rows[3], rows[0] | {"value": 90.0}])
    assert refused(conflicting, 409)[0].startswith("row 2: replicate 1 of ce is there already with 95 %")
    assert facts(served.home) == here
    assert sent([corrected]).new == 1
    # The rest by many at once, and one file among them.
    table = pd.read_csv(filled, dtype=str, keep_default_na=False)
    table[12:].to_csv(tmp_path / "rest.csv", index=False)
    with ThreadPoolExecutor(8) as pool:
        imported = pool.submit(take, waiting, tmp_path / "rest.csv")
        assert all(taken.open >= 0 for taken in pool.map(sent, [[r] for r in rows[3:12]]))
        assert len(imported.result().intake.news) == 6
    assert served.client.get("/requests").json() == {"requests": []}

    take(alone, filled)
    pd.DataFrame([corrected]).to_csv(tmp_path / "corrected.csv", index=False)
    take(alone, tmp_path / "corrected.csv")
    mixed = facts(served.home)[0]
    assert mixed == alone.ledger.digest()
    alone.ledger.close()

    unasked = {"smiles": "CCCCCO", "property": "ce", "value": 0.935, "unit": "1"}
    assert "was never asked about" in refused(post("/readings", json=[unasked]), 422)[0]
    assert facts(served.home)[0] == mixed
    late = sent([unasked], unsolicited=True)
    assert (late.new, late.converted) == (1, ["ce from 1 to %"])


def test_a_damaged_ledger_is_a_sentence(served: Served) -> None:
    (served.home / "ledger.sqlite").write_bytes(b"no ledger" * 1000)
    for end in ("-wal", "-shm"):
        (served.home / f"ledger.sqlite{end}").unlink(missing_ok=True)
    answer = served.client.get("/requests")
    assert "is damaged" in refused(answer, 503)[0]
    assert "zincloop repair" in refused(answer, 503)[0]
    assert "Traceback" not in served.end()


def test_a_campaign_that_is_gone_is_a_sentence(served: Served) -> None:
    served.home.rename(served.home.with_name("elsewhere"))
    told = refused(served.client.get("/requests"), 503)
    served.home.with_name("elsewhere").rename(served.home)
    assert told == [f"{served.home}: the campaign's directory is not there any more"]
    assert served.client.get("/requests").status_code == 200


class Broken(Desk):
    """A desk with a fault of ours."""

    def requests(self) -> OpenRequests:
        raise ZeroDivisionError("in the depths")


def test_of_a_fault_of_ours_a_client_learns_no_more_than_that(tmp_path: Path) -> None:
    with listening("127.0.0.1", 0) as there:
        server = uvicorn.Server(uvicorn.Config(create(Broken(tmp_path), "t" * 40), log_level="critical"))
        thread = threading.Thread(target=server.run, args=([there],))
        thread.start()
        url = f"http://127.0.0.1:{there.getsockname()[1]}/requests"
        answer = httpx.get(url, headers={"Authorization": f"Bearer {'t' * 40}"}, timeout=60)
        server.should_exit = True
        thread.join()
    assert refused(answer, 500) == [
        "a fault of zincloop (ZeroDivisionError); what the server printed says more"
    ]


def test_the_document_describes_every_route_and_the_page_needs_no_network(shared: Served) -> None:
    document = httpx.get(f"{shared.client.base_url}/openapi.json").json()
    described = {(m, path) for path, methods in document["paths"].items() for m in methods}
    assert described == {
        ("get", "/campaign"),
        ("get", "/requests"),
        ("get", "/requests/{id}"),
        ("put", "/requests/{id}/claim"),
        ("delete", "/requests/{id}/claim"),
        ("post", "/readings"),
    }
    row = document["paths"]["/readings"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(row["items"]["properties"]) == set(KNOWN) == set(ReadingRow.model_fields)
    for path, method in ((p, m) for p, methods in document["paths"].items() for m in methods.values()):
        assert method["summary"] and method["description"] and method["security"], path
        assert {"200", "401", "503"} <= set(method["responses"])
        assert all(p["description"] for p in method.get("parameters", []))
    for name, shape in document["components"]["schemas"].items():
        assert all(field.get("description") for field in shape["properties"].values()), name
    page = httpx.get(f"{shared.client.base_url}/docs").text
    assert not re.search(r"(https?:)?//[a-z]|<script|<link|@import|src=", page)
    assert all(path in page for _, path in described)
    assert all(f"<code>{column}</code>" in page for column in KNOWN)
    for secret in (shared.token, "quick", "acetone"):
        assert secret not in page
        assert secret not in str(document)
