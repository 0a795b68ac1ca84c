"""Mapping: spellings that nobody has mapped, each asked once, and what a person decided that they mean."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.identity import ANY_PROVIDER
from closeline.domain.identity.names import fold, storable
from closeline.domain.identity.naming import Question, QuestionKind
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.leagues import League
from closeline.store.session import Session
from closeline.store.tables.evidence import quarantine, raw_payload, snapshot
from closeline.store.tables.reference import mapping_review, player, player_alias, team, team_alias

OPEN, ACCEPTED, REJECTED = "OPEN", "ACCEPTED", "REJECTED"
_COLUMNS = (
    "review_id", "league", "provider", "spelling", "suggestions", "payload_sha", "place", "first_seen_at", "state",
    "kind",
)  # fmt: skip
_KNOWN = select(mapping_review.c.review_id, mapping_review.c.state).where(
    mapping_review.c.review_id.in_(bindparam("names", expanding=True))
)
_WAITING = (
    select(mapping_review.c.review_id)
    .where(
        mapping_review.c.league == bindparam("league_code"),
        mapping_review.c.provider == bindparam("provider_name"),
        mapping_review.c.state == OPEN,
    )
    .limit(1)
)
_REVIEW = select(mapping_review).where(mapping_review.c.review_id == bindparam("name"))
_DECIDE = (
    update(mapping_review)
    .where(mapping_review.c.review_id == bindparam("name"), mapping_review.c.state == OPEN)
    .values(
        state=bindparam("new_state"),
        answer=bindparam("meaning"),
        actor=bindparam("person"),
        why=bindparam("reason"),
        decided_at=bindparam("moment"),
    )
)
_TEAMS = select(team.c.team_id).where(team.c.league == bindparam("league_code")).order_by(team.c.team_id)
_PLAYERS = select(player.c.player_id).where(player.c.league == bindparam("league_code")).order_by(player.c.player_id)
_TEAM_ALIASES = select(team_alias.c.spelling, team_alias.c.team_id).where(
    team_alias.c.league == bindparam("league_code"), team_alias.c.provider == bindparam("provider_name")
)
_PLAYER_ALIASES = select(player_alias.c.spelling, player_alias.c.player_id).where(
    player_alias.c.league == bindparam("league_code"), player_alias.c.provider == bindparam("provider_name")
)
# What was set aside because of a name, and the readings in which that happened.
_SET_ASIDE = (
    select(snapshot.c.snapshot_id, snapshot.c.payload_sha, snapshot.c.feed, snapshot.c.phase, snapshot.c.day,
           snapshot.c.received_at)
    .join(raw_payload, raw_payload.c.payload_sha == snapshot.c.payload_sha)
    .where(
        snapshot.c.received_at >= bindparam("since"),
        snapshot.c.payload_sha.in_(
            select(quarantine.c.payload_sha).where(quarantine.c.reason.in_(bindparam("reasons", expanding=True)))
        ),
    )
    .order_by(snapshot.c.received_at, snapshot.c.snapshot_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """A spelling that was asked about; `answer` is what a person decided that it means, null while nobody has."""

    review_id: str
    league: League
    provider: str
    spelling: str
    kind: QuestionKind
    state: str
    answer: str | None
    payload_sha: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of stored bytes in which something was set aside because of a name."""

    snapshot_id: str
    payload_sha: str
    feed: str
    phase: str
    day: str | None
    received_at: datetime


def ask(
    session: Session, unknown: Sequence[Question], *, provider: str, payload_sha: str, at: datetime
) -> list[Question]:  # fmt: skip
    """Queue spellings that nobody has mapped, each once, and return those that wait for a person."""
    named = {_name(item, provider): item for item in unknown}
    known = {row.review_id: row.state for row in session.rows(_KNOWN, {"names": list(named)})} if named else {}
    new = {name: item for name, item in named.items() if name not in known}
    session.append(mapping_review, _COLUMNS, [
        (name, item.league, provider, storable(item.spelling), canonical_json(item.suggestions), payload_sha,
         storable(item.place), micros(at), OPEN, item.kind)
        for name, item in new.items()
    ])  # fmt: skip
    return [item for name, item in named.items() if known.get(name, OPEN) == OPEN]


def _name(item: Question, provider: str) -> str:
    # A team's question has the name that it had before there were any others.
    kind = () if item.kind is QuestionKind.TEAM else (str(item.kind),)
    return content_id("mapping", item.league, provider, item.spelling, *kind)


def suggestions_of(text: str) -> tuple[str, ...]:
    """Read stored suggestions back."""
    return tuple(json.loads(text))


def review_named(session: Session, review_id: str) -> Review:
    """Return a question by name; raises NotFound for no such one."""
    rows = session.rows(_REVIEW, {"name": review_id})
    if not rows:
        message = f"review must be one that `closeline mapping review` lists, {review_id[:100]!a} was not"
        raise NotFound(message)
    return _review(rows[0])


def _review(row: Row[Any]) -> Review:
    return Review(
        row.review_id, League(row.league), row.provider, row.spelling, QuestionKind(row.kind or QuestionKind.TEAM),
        row.state, row.answer, row.payload_sha, row.first_seen_at,
    )  # fmt: skip


def is_known(session: Session, review: Review, answer: str) -> bool:
    """Say whether an id is one of a team, or player, of the league that a question is of."""
    return answer in ids_of(session, review)


def ids_of(session: Session, review: Review) -> list[str]:
    """Return every id that could answer a question: the teams, or players, of its league."""
    statement = _TEAMS if review.kind is QuestionKind.TEAM else _PLAYERS
    return [str(row[0]) for row in session.rows(statement, {"league_code": review.league})]


def meanings(session: Session, review: Review, provider: str) -> set[str]:
    """Return what a provider's aliases say by now that the spelling of a question means."""
    aliases = _TEAM_ALIASES if review.kind is QuestionKind.TEAM else _PLAYER_ALIASES
    rows = session.rows(aliases, {"league_code": review.league, "provider_name": provider})
    return {str(row[1]) for row in rows if fold(row.spelling) == fold(review.spelling)}


def add_alias(session: Session, review: Review, answer: str, *, any_provider: bool) -> None:
    """Append the alias that a person decided on: of the provider that was asked about, or of anybody."""
    provider = ANY_PROVIDER if any_provider else review.provider
    table, column = (team_alias, "team_id") if review.kind is QuestionKind.TEAM else (player_alias, "player_id")
    session.append(
        table, ("league", "provider", "spelling", column), [(review.league, provider, review.spelling, answer)]
    )  # fmt: skip


def decide(
    session: Session, review: Review, state: str, *, answer: str | None, actor: str, why: str, at: datetime
) -> bool:  # fmt: skip
    """Close a question and say whether it was still open."""
    changed = session.execute(_DECIDE, {
        "name": review.review_id, "new_state": state, "meaning": answer, "person": actor, "reason": why, "moment": at,
    })  # fmt: skip
    return changed.rowcount == 1


def any_waiting(session: Session, *, provider: str, league: str) -> bool:
    """Say whether any spelling of a provider in a league still waits."""
    return session.scalar(_WAITING, {"provider_name": provider, "league_code": league}) is not None


def readings_set_aside(session: Session, *, since: datetime, reasons: Sequence[str]) -> list[Reading]:
    """Return the readings of bytes, from a moment on, in which something was set aside for one of these reasons."""
    rows = session.rows(_SET_ASIDE, {"since": since, "reasons": list(reasons)})
    return [Reading(row.snapshot_id, row.payload_sha, row.feed, row.phase, row.day, row.received_at) for row in rows]
