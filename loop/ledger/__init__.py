"""The append-only ledger of a campaign."""

from loop.ledger.ledger import DamagedError, Ledger, LedgerError

__all__ = ["DamagedError", "Ledger", "LedgerError"]
