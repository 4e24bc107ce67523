"""A judge of recorded values, written without the checks that the oracles make of themselves."""
