"""Machinery of surrogates made of other surrogates: the choice between them."""
