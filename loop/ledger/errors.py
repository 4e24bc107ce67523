"""What is wrong with a ledger, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError


class LedgerError(Exception):
    """The ledger cannot be used; the message says why and what to do."""


class AwayError(LedgerError):
    """The ledger is out of reach for a reason that passes; the same is worth trying again later."""


class DamagedError(LedgerError):
    """The ledger is not whole any more; a copy of it has to take its place."""


@contextmanager
def explained(
    name: str,
    drivers: type[Exception],
    is_damage: Callable[[BaseException], bool],
    is_away: Callable[[BaseException], bool],
) -> Iterator[None]:
    """Turn what a database says into a sentence.

    Parameters
    ----------
    name
        What the ledger is called.
    drivers
        The driver's own errors, some of which come before SQLAlchemy can wrap them.
    is_damage
        Tells of such an error whether the ledger is damaged.
    is_away
        Tells of such an error whether it passes by itself.
    """

    def sentence(error: BaseException) -> LedgerError:
        if is_damage(error):
            return DamagedError(f"{name} is damaged: {said(error)}")
        if is_away(error):
            return AwayError(f"{name} cannot be used at the moment: {said(error)}")
        return LedgerError(f"{name} cannot be used: {said(error)}")

    try:
        yield
    except IntegrityError as error:
        raise LedgerError(f"{name} refuses a fact: {said(error.orig)}") from error
    except DBAPIError as error:
        raise sentence(error.orig or error) from error
    except TimeoutError as error:
        raise AwayError(f"{name} cannot be used: all connections were busy for too long") from error
    except drivers as error:
        raise sentence(error) from error


def said(error: BaseException | None) -> str:
    """What a database said, on one line and without the place in its own code."""
    return " ".join(str(error).partition("\nCONTEXT:")[0].split())
