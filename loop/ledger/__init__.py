"""The append-only ledger of a campaign."""

from loop.ledger.database import Place, is_there
from loop.ledger.errors import DamagedError, LedgerError
from loop.ledger.ledger import Ledger

__all__ = ["DamagedError", "Ledger", "LedgerError", "Place", "is_there"]
