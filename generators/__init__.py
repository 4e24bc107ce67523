"""Generators: everything that proposes structures, and the corpora they learn from."""
