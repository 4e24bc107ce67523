"""The append-only ledger of a campaign."""

from loop.ledger.database import Place, is_there
from loop.ledger.errors import AwayError, DamagedError, LedgerError
from loop.ledger.ledger import Ledger

__all__ = ["AwayError", "DamagedError", "Ledger", "LedgerError", "Place", "is_there"]
