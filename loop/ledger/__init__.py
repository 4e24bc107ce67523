"""The append-only ledger of a campaign."""

from loop.ledger.ledger import Ledger, LedgerError

__all__ = ["Ledger", "LedgerError"]
