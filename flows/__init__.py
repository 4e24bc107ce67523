"""The roof: Prefect flows, the command line, campaign files, reports."""
