"""How the board stands, as the record tells it: for whoever has no live desk at hand."""

from dataclasses import asdict
from datetime import datetime

from closeline.schemas.record import BoardState
from closeline.store.quotes import opinions
from closeline.store.session import Session


def board_state(session: Session, *, now: datetime) -> BoardState | None:
    """Return how the live board did when its maker last said so; None where nobody ever made one."""
    told = opinions.health(session)
    if told is None:
        return None
    at, found = told
    age = None if found.made_at is None else (now - found.made_at).total_seconds()
    return BoardState(told_at=at, age_seconds=age, **asdict(found))
