"""The table in the campaign file: what is refused, what is warned of, and that it may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import CampaignFileError, read
from flows.doctor.finding import Grade
from flows.doctor.notifications import notifications
from flows.notifying.addresses import holds_secret
from flows.notifying.message import Kind
from flows.opening import begin_or_resume, commit
from flows.store import Store
from flows.views import describe
from tests.flows.notifying.conftest import Inbox


def _with(quick: Path, table: str) -> Path:
    quick.write_text(quick.read_text() + f"\n[notifications]\n{table}\n")
    return quick


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ('urls = ["json://127.0.0.1", "carrier-pigeon://loft"]', "'carrier-pigeon://...' is no address"),
        ('urls = ["slack://half"]', "'slack://...' is no address that Apprise understands"),
        ('urls = ["env:MY PLACE"]', "names no environment variable; write 'env:NAME'"),
        ('on = ["ends"]', "'ends' is nothing to be told of; did you mean 'end'?"),
        ('file = "ledger.sqlite"', "give it a name that ends with .jsonl, not 'ledger.sqlite'"),
        ('url = "json://127.0.0.1"', "unknown key; did you mean 'urls'?"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(quick: Path, table: str, sentence: str) -> None:
    _with(quick, table)
    line = len(quick.read_text().splitlines())
    with pytest.raises(CampaignFileError) as refused:
        assemble(*read(quick))
    assert sentence in str(refused.value)
    assert f"line {line}: notifications." in str(refused.value)


def test_by_default_everything_but_the_start_is_told(quick: Path) -> None:
    file, _ = read(_with(quick, 'file = "told.jsonl"'))
    assert set(file.notifications.on) == set(Kind) - {Kind.START}


def test_secrets_written_out_are_warned_of(quick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for secret in ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "mailto://me:word@example.org"):
        assert holds_secret(secret)
    assert not holds_secret("json://127.0.0.1:8080")
    assert not holds_secret("env:ZINCLOOP_NOTIFY")
    _with(quick, 'urls = ["mailto://me:word@example.org", "env:ZINCLOOP_NOTIFY"]')
    describe(assemble(*read(quick)))
    printed = " ".join(capsys.readouterr().out.split())
    assert "warning: mailto://... has a password or token written out" in printed
    assert "word@" not in printed
    assert "go to mailto://..., env:ZINCLOOP_NOTIFY" in printed


def test_a_change_of_places_does_not_reopen_a_campaign(quick: Path) -> None:
    opened = begin_or_resume(quick, None)
    commit(opened)
    opened.ledger.close_campaign("enough")
    opened.ledger.close()
    changed = begin_or_resume(_with(quick, 'file = "told.jsonl"'), None)
    commit(changed)
    assert changed.ledger.state().closed == "enough"
    definition = changed.ledger.definition()
    assert definition is not None
    assert definition["notifications"]["file"] == "told.jsonl"
    changed.ledger.close()


def test_a_doctor_tries_each_place(quick: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZINCLOOP_TEST_PLACE", inbox.url)
    _with(quick, 'urls = ["env:ZINCLOOP_TEST_PLACE", "env:NO_SUCH_PLACE"]\nfile = "told.jsonl"')
    assembled, store = assemble(*read(quick)), Store(quick.parent)
    looked = [f.grade for f in notifications(assembled, store, test=False)]
    assert looked == [Grade.OK, Grade.TROUBLE, Grade.OK]
    assert not inbox.messages
    assert [f.grade for f in notifications(assembled, store, test=True)] == looked
    assert [m["title"] for m in inbox.messages] == ["quick: a test"]
    inbox.status = 401
    refused = next(notifications(assembled, store, test=True))
    assert refused.grade is Grade.TROUBLE
    assert "401" in refused.seen
