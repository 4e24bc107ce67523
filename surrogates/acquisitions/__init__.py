"""Acquisitions: from beliefs to the next batch of molecules."""
