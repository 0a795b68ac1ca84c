"""Warming: a board that is made anew begins with what the record knows, not with an empty page."""

from collections.abc import Collection
from datetime import datetime

from closeline.domain.board import Board, EventCard
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.jobs.live.follower import Follower
from closeline.maths.board.rules import rules_of
from closeline.store import models, references
from closeline.store.past import boards
from closeline.store.quotes import opinions
from closeline.store.references import identity
from closeline.store.session import Session


def warm(
    session: Session, follower: Follower, *, tenant_id: str, providers: Collection[str] = (), as_of: datetime
) -> Board | None:
    """Give a follower what the record knows at a moment, and return the board that this makes; None where it is bare.

    providers: those whose ids and spellings live answers will come with.
    """
    _, config = models.config(session, tenant_id=tenant_id, as_of=as_of)
    cards = learn(session, follower, providers=providers, as_of=as_of)
    follower.rebuild(
        boards.sightings(session, cards, as_of=as_of),
        version=opinions.last_version(session),
        rules={league: rules_of(limits_of(config, league)) for league in League},
    )
    return follower.take((), now=as_of)


def learn(session: Session, follower: Follower, *, providers: Collection[str], as_of: datetime) -> list[EventCard]:
    """Give a follower the names that the record knows at a moment, and return the events that are coming up."""
    cards = boards.upcoming(session, as_of=as_of)
    players = AliasTable(identity.player_aliases(session, list(League)))
    known = boards.known_to(session, providers, as_of=as_of)
    follower.names.learn(references.alias_table(session), players, known, cards)
    return cards


def board_at(session: Session, *, tenant_id: str, as_of: datetime) -> Board | None:
    """Return the board as the record knows it at a moment, for whoever has no desk at hand; None where it is bare."""
    made_up = boards.is_synthetic(session, boards.upcoming(session, as_of=as_of))
    follower = Follower(synthetic=made_up, keeps_opinions=False)
    return warm(session, follower, tenant_id=tenant_id, as_of=as_of)
