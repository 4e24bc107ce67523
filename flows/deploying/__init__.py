"""A campaign that Prefect starts again and again: after a crash, a restart of the machine, or readings."""
