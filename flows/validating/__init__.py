"""``zincloop validate-oracles``: what is computed here, against what others found."""
