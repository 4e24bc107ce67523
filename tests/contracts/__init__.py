"""Contract suites: one per package, run over every part that package holds."""
