"""The statements of what is recorded once for each calculation, built once instead of each time."""

from __future__ import annotations

import sqlalchemy as sa

from loop.ledger.schema import answers, attempts, events, measurements, requests

KEY = sa.bindparam("key_", type_=sa.String)

ANSWERING = ("measurement", "failure")
"""Kinds of the events that answer a request, which is their subject."""

EVENT = sa.insert(events)
ATTEMPT = sa.insert(attempts)
ANSWER = sa.insert(answers)
MEASUREMENTS = sa.insert(measurements)

DETAILS = sa.select(sa.type_coerce(answers.c.details, sa.Text)).where(answers.c.request == KEY)
"""What came with an answer, as text."""

ATTEMPTS = sa.select(sa.func.count()).select_from(attempts).where(attempts.c.request == KEY)
"""How many attempts at a request there were."""

STANDING = sa.select(
    requests.c.key,
    sa.select(answers.c.request).where(answers.c.request == KEY).scalar_subquery().label("answered"),
    sa.select(sa.func.max(attempts.c.number))
    .where(attempts.c.request == KEY)
    .scalar_subquery()
    .label("attempt"),
).where(requests.c.key == KEY)
"""Whether a request was asked, whether it is answered, and its last attempt."""

# By the subject, which is the request: tables are keyed by that, and only what came since is looked at. Said
# of their kinds, too, SQLite would go through all events of that kind.
_SINCE = events.c.seq > sa.bindparam("after", type_=sa.Integer)
ANSWERED = (
    sa.select(*(column for column in answers.c if column is not answers.c.details))
    .select_from(events.join(answers, events.c.subject == answers.c.request))
    .where(_SINCE)
    .order_by(events.c.seq)
)
"""Answers of events after some number, but for what came with them."""

BROUGHT = (
    sa.select(measurements)
    .select_from(events.join(measurements, events.c.subject == measurements.c.request))
    .where(_SINCE)
    .order_by(events.c.seq, measurements.c.property)
)
"""What these answers brought, values in the order of their properties' names."""
