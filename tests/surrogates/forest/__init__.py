"""Tests, file by file."""
