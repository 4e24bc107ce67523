"""Telling people what happens to a campaign that nobody watches."""
