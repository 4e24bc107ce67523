"""Two fidelities of one property: a cheap one of many molecules, a dear one of few."""
