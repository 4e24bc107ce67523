"""Whether people can be told."""

from __future__ import annotations

from collections.abc import Iterator

from flows.assembly import Assembled
from flows.doctor.finding import Finding, ok, trouble, warning
from flows.notifying.addresses import KEPT, AddressError, holds_secret, resolve, shown
from flows.notifying.message import Kind, Message
from flows.notifying.posting import post
from flows.store import Store

ABOUT = "notifications"


def notifications(assembled: Assembled, store: Store, test: bool) -> Iterator[Finding]:
    """Look at each place that messages go to.

    Parameters
    ----------
    test
        Whether a message is sent to each.
    """
    table = assembled.notifications
    for url in table.urls:
        yield _address(url, assembled.definition.name, test)
    if table.file is not None:
        file = store.directory / table.file
        if store.directory.is_dir() and not file.parent.is_dir():
            yield trouble(ABOUT, f"{file.parent} is not there", "make that directory")
        else:
            yield ok(ABOUT, f"appended to {file}")


def _address(url: str, campaign: str, test: bool) -> Finding:
    try:
        address = resolve(url)
    except AddressError as error:
        return trouble(ABOUT, f"{shown(url)}: {error}", "correct it, where the campaign runs")
    if test:
        text = "a test of 'zincloop doctor'"
        if (problem := post(address, Message(Kind.START, f"{campaign}: a test", text))) is not None:
            return trouble(ABOUT, f"{shown(url)}: {problem}", "see whether address and token are right")
    if holds_secret(url):
        return warning(ABOUT, f"{shown(url)} {KEPT}", "use env:NAME, and renew the token")
    return ok(ABOUT, f"{shown(url)}: {'a test was taken' if test else 'understood; --notify tries it'}")
