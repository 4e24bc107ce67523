"""Where messages go: addresses as Apprise understands them, written out or named in the environment."""

from __future__ import annotations

import os
import re

ENVIRONMENT = "env:"
KEPT = (
    "has a password or token written out, which the ledger, resolved.json and the report keep; "
    "'env:NAME' takes it from the environment"
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class AddressError(ValueError):
    """An address that cannot be used; the message says why and holds no secret."""


def check(entry: str) -> None:
    """Refuse an entry of the campaign file that can never be an address.

    Raises
    ------
    AddressError
        If Apprise does not understand it, or it names no environment variable.
    """
    if not entry.startswith(ENVIRONMENT):
        _understood(entry)
    elif NAME.fullmatch(entry.removeprefix(ENVIRONMENT)) is None:
        raise AddressError(f"'{entry}' names no environment variable; write 'env:NAME'")


def resolve(entry: str) -> str:
    """The address itself.

    Raises
    ------
    AddressError
        If Apprise does not understand it, or the environment does not have it.
    """
    if not entry.startswith(ENVIRONMENT):
        _understood(entry)
        return entry
    name = entry.removeprefix(ENVIRONMENT)
    address = os.environ.get(name)
    if not address:
        raise AddressError(f"the environment variable {name} is not set")
    _understood(address)
    return address


def holds_secret(entry: str) -> bool:
    """Whether an entry has a password or token written out."""
    import apprise  # noqa: PLC0415 - only where there are addresses

    address = None if entry.startswith(ENVIRONMENT) else apprise.Apprise.instantiate(entry)
    if address is None:
        return False
    masked, plain = (address.url(privacy=hidden) for hidden in (True, False))  # type: ignore[no-untyped-call]
    return bool(masked != plain)


def shown(entry: str) -> str:
    """An entry without what may be secret."""
    return entry if entry.startswith(ENVIRONMENT) else f"{entry.partition('://')[0]}://..."


def _understood(address: str) -> None:
    import apprise  # noqa: PLC0415 - as above

    if apprise.Apprise.instantiate(address) is None:
        raise AddressError(
            f"'{shown(address)}' is no address that Apprise understands; write one like "
            "'mailto://user:password@example.org', see https://github.com/caronc/apprise/wiki"
        )
