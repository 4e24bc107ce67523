"""Exit statuses of the program, beside 0 and 128 plus the number of a signal."""

USER_ERROR = 2
"""Something is wrong with what was given; one sentence says what."""

PAUSED = 3
"""A run ended because a person has to look first."""

AWAY = 75
"""A server is away that the run needs: the same command goes on once it is back. (``EX_TEMPFAIL``.)"""

OWN_ERROR = 70
"""A fault of the program; its traceback is in a file."""
