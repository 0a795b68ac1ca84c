"""Players: box scores that a file holds become the history of players, each correction a version of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import Question
from closeline.domain.leagues import NEXT_DAY, League, eastern
from closeline.domain.props.boxes import Box
from closeline.flow.capture import UNKNOWN_TEAM
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Archive
from closeline.store import players
from closeline.store.players import runs
from closeline.store.polls import captures
from closeline.store.polls.captures import SetAside
from closeline.store.references import reviews
from closeline.store.session import Session, unit_of_work

# Which league's players a file of box scores has: one source, one league.
LEAGUE = League.NBA
# As for every archive: what was played on a day was known at this time of the next.
_KNOWN_AT = time(4)


@dataclass(frozen=True, slots=True)
class Lines:
    """What the box scores of a file came to: received = accepted + unchanged + those of unknown teams.

    players: how many were new. linked: games on neutral floors that are an event by now, after another source's word.
    """

    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    players: int = 0
    linked: int = 0
    unpriced: dict[str, int] = field(default_factory=dict)


NO_LINES = Lines()


def keep_boxes(desk: Desk, archive: Archive) -> Lines:
    """Keep the box scores of a file whose bytes are kept; a second time the same bytes add nothing."""
    parsed, now = archive.parsed, desk.clock()
    boxes = parsed.boxes
    with unit_of_work(desk.engine) as session:
        received = _received(session, desk, {box.day for box in boxes}, now)
        named, unknown = _named(boxes, desk.aliases.table(session), parsed.provider)
        _ask(session, archive, unknown, desk.aliases.table(session), now)
        new = players.add_players(session, named, league=LEAGUE, provider=parsed.provider)
        kept = [box._replace(player=players.player_id(LEAGUE, box.player)) for box in named]
        players.add_stints(session, kept, league=LEAGUE)
        known = players.latest_boxes(session, [box.game for box in kept], provider=parsed.provider)
        accepted = players.add_boxes(
            session, kept, known, league=LEAGUE, provider=parsed.provider, payload_sha=archive.payload_sha,
            received=received, corrected_at=now,
        )  # fmt: skip
        linked = players.link_games(session, LEAGUE)
    aside = {UNKNOWN_TEAM: len(unknown)} if unknown else {}
    return Lines(len(boxes), accepted, len(kept) - accepted, new, linked, aside)


def link_games(desk: Desk) -> int:
    """Look again for the events of games on neutral floors, after another source has told of some; return how many."""
    with unit_of_work(desk.engine) as session:
        return players.link_games(session, LEAGUE)


def known_at(day: date) -> datetime:
    """Return when what was played on a day counts as received: at 04:00 of the next day in New York."""
    return eastern(day + NEXT_DAY, _KNOWN_AT)


def _received(session: Session, desk: Desk, days: Collection[date], now: datetime) -> dict[date, datetime]:
    """Return when what was played on each day counts as received.

    A run of players of a later moment did not know of it: for such a day that is now, or no run could be made again.
    """
    last = runs.last_moment(session, tenant_id=desk.tenant_id, league=LEAGUE)
    assumed = {day: known_at(day) for day in days}
    return {day: at if last is None or at > last else now for day, at in assumed.items()}


def _named(boxes: Sequence[Box], aliases: AliasTable, provider: str) -> tuple[list[Box], list[Box]]:
    """Return the lines with their teams' ids, and those of which a team's name means nobody."""
    codes = {code for box in boxes for code in (box.team, box.opponent)}
    teams = {code: aliases.resolve(LEAGUE, provider, code) for code in codes}
    named, unknown = [], []
    for box in boxes:
        team, opponent = teams[box.team], teams[box.opponent]
        if team is None or opponent is None:
            unknown.append(box)
        else:
            named.append(box._replace(team=team, opponent=opponent))
    return named, unknown


def _ask(session: Session, archive: Archive, unknown: Sequence[Box], aliases: AliasTable, now: datetime) -> None:
    """Set lines of unknown teams aside, and ask what each spelling means, once."""
    feed, sha, provider = archive.feed, archive.payload_sha, archive.parsed.provider
    aside = [SetAside(UNKNOWN_TEAM, box.place, f"{box.name}, {box.team} against {box.opponent}", 0) for box in unknown]
    captures.set_aside(session, aside, payload_sha=sha, feed=feed, received_at=now)
    places = {code: box.place for box in reversed(unknown) for code in (box.team, box.opponent)}
    asked = [
        Question(LEAGUE, code, aliases.suggest(code, league=LEAGUE), place)
        for code, place in sorted(places.items())
        if aliases.resolve(LEAGUE, provider, code) is None
    ]
    reviews.ask(session, asked, provider=provider, payload_sha=sha, at=now)
