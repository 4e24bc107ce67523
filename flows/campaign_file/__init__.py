"""The campaign file: its tables, how it is read, and what it is resolved to."""

from flows.campaign_file.reading import CampaignFileError, read
from flows.campaign_file.tables import CampaignFile

__all__ = ["CampaignFile", "CampaignFileError", "read"]
