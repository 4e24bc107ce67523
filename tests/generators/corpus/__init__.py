"""Tests of the lists of molecules."""
