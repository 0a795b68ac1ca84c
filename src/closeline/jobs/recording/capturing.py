"""Capturing: prices that somebody hands in become evidence like any other feed's."""

from datetime import datetime, timedelta

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.feeds.captures import ParsedPayload, Phase
from closeline.domain.identity import AliasTable
from closeline.domain.ids import content_id, sha256_hex
from closeline.domain.leagues import League
from closeline.flow import capture, evaluate
from closeline.flow.capture import Source
from closeline.jobs.desk import Desk
from closeline.jobs.recording.feed import FEED, PARSER, parse, payload_of, provider_of
from closeline.jobs.recording.step import step
from closeline.schemas import recording as shapes
from closeline.store import evaluations, references
from closeline.store.polls import captures
from closeline.store.session import Session

# A price is as old as it says, and the desk's clock decides what is old: nobody may hand in a price of another day.
OLDEST = timedelta(minutes=5)
_NAMED_MOST = 3


def capture_snapshot(desk: Desk, asked: shapes.CaptureSnapshot) -> shapes.Snapshot:
    """Keep prices as bytes, read them, and take the margin out of each two-sided market.

    The same content is the same snapshot, and adds nothing. What cannot be used is set aside with its reason, unknown
    teams wait for a person, and BadInput says so in one line once all of that, and all that could be used, is kept.
    """
    now = desk.clock()
    payload = payload_of(asked, at=now)
    sha = sha256_hex(payload.content)
    name = content_id("snapshot", sha, FEED, Phase.LIVE, "", PARSER)
    with step(desk, chain=SYSTEM_CHAIN) as session:
        if not _is_known(session, name):
            _must_be_of_now(asked, now)
            captures.keep_payload(session, payload, feed=FEED)
            source, found = Source(sha, FEED, Phase.LIVE), parse(captures.payload(session, sha))
            capture.keep(session, source, found, desk.aliases.table(session), at=now)
            evaluate.evaluate(session, league=asked.league, snapshot_id=name, as_of=now)
        parsed = parse(captures.payload(session, sha))
        complaint = _complaint(session, parsed, desk.aliases.table(session), name)
        made = _snapshot(session, asked, name)
    if complaint:
        raise BadInput(complaint)
    return made


def _is_known(session: Session, name: str) -> bool:
    try:
        captures.snapshot_of(session, name)
    except NotFound:
        return False
    return True


def _must_be_of_now(asked: shapes.CaptureSnapshot, now: datetime) -> None:
    if not now - OLDEST <= asked.captured_at <= now:
        raise BadInput(
            f"captured_at must be within {OLDEST.seconds // 60} minutes before the desk's clock ({now.isoformat()}), "
            f"was {asked.captured_at.isoformat()}"
        )


def _snapshot(session: Session, asked: shapes.CaptureSnapshot, name: str) -> shapes.Snapshot:
    stored = captures.snapshot_of(session, name)
    named = references.events_by_alias(
        session, provider=provider_of(asked.source), names=[game.game for game in asked.games]
    )
    priced = evaluations.of_snapshot(session, name, as_of=stored.received_at)
    return shapes.Snapshot(
        snapshot_id=name, payload_sha=stored.payload_sha, feed=stored.feed, league=asked.league,
        received_at=stored.received_at, markets=len(priced),
        games=[
            shapes.SnapshotGame(game=game.game, event_id=named[game.game], starts_at=game.starts_at)
            for game in asked.games
            if game.game in named
        ],
    )  # fmt: skip


def _complaint(session: Session, parsed: ParsedPayload, aliases: AliasTable, name: str) -> str:
    """Return the one line that names what was set aside, with what may have been meant; nothing where nothing was."""
    unknown = _unknown(session, parsed, aliases)
    faults = [f"{item.place} ({item.reason})" for item in parsed.rejected]
    if not unknown and not faults:
        return ""
    said = [f"team must be known, {'; '.join(unknown)}"] if unknown else []
    more = f" and {len(faults) - _NAMED_MOST} more" if len(faults) > _NAMED_MOST else ""
    said += [f"every price must be usable, was not: {', '.join(faults[:_NAMED_MOST])}{more}"] if faults else []
    mend = "it waits in `closeline mapping review`" if unknown else "they stand in quarantine"
    return f"{'; '.join(said)}; {mend}, the rest is snapshot {name}"


def _unknown(session: Session, parsed: ParsedPayload, aliases: AliasTable) -> list[str]:
    spellings = {
        (event.league, name)
        for event in parsed.events
        for name in (event.home, event.away)
        if aliases.resolve(event.league, parsed.provider, name) is None
    }
    return [
        f"{name!r} was not{_meant(session, parsed.provider, league, name, aliases)}"
        for league, name in sorted(spellings)
    ]


def _meant(session: Session, provider: str, league: League, name: str, aliases: AliasTable) -> str:
    """Return whom a spelling may mean, by the names of the teams; the likest first."""
    near = (aliases.resolve(league, provider, spelling) for spelling in aliases.suggest(name, league=league))
    teams = list(dict.fromkeys(team for team in near if team is not None))
    known = references.team_names(session, teams)
    return f" (did you mean {' or '.join(known[team] for team in teams)}?)" if teams else ""
