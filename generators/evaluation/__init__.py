"""How good a set of generated molecules is, as the field measures it, whatever generated it."""
