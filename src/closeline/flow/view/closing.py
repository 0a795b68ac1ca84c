"""Closing: what picks were worth against their closes, one by one and by segment (clv-v1)."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.leagues import League
from closeline.domain.settlement import Result
from closeline.domain.settlement.outcomes import void_before_play
from closeline.maths.clv.segments import ClvOf, segment_figures
from closeline.maths.simulate.streams import stream
from closeline.schemas.ending import clv as shapes
from closeline.store import references, results
from closeline.store.desk import grades, picks, publications
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.session import Session

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
UNTRACKED = "NOT_STARTED_OR_NOT_REVIEWED"
_HOURS = ((1, "under 1"), (6, "1 to 6"), (24, "6 to 24"), (72, "24 to 72"))
NOTES = (
    "clv_ev is what the recorded close promises: an upper bound, for a close of one recorded source holds errors too.",
    "A missing close is counted with its reason and never imputed.",
)


class By(StrEnum):
    """By what a report may be told apart."""

    LEAGUE = "league"
    MARKET = "market"
    TIER = "tier"
    BOOK = "book"
    HOURS = "hours"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Closed:
    """A published pick whose event was to have begun, with its close and how it ended."""

    pick: Pick
    published_at: datetime
    starts_at: datetime
    track: LineTrack
    grade: Grade | None

    @property
    def void(self) -> bool:
        """Say whether the pick was void."""
        return self.grade is not None and self.grade.result == Result.VOID

    @property
    def void_before_play(self) -> bool:
        """Say whether the pick was void without the game having begun for it: then its CLV is nobody's."""
        return self.void and self.grade is not None and void_before_play(self.grade.reason)


_KEYS: dict[By, Callable[[Closed], str]] = {
    By.LEAGUE: lambda item: item.pick.league,
    By.MARKET: lambda item: item.pick.selection.market.kind,
    By.TIER: lambda item: item.pick.tier,
    By.BOOK: lambda item: item.pick.book,
    By.HOURS: lambda item: _hours((item.starts_at - item.published_at) / HOUR),
    By.QUALITY: lambda item: item.track.quality,
}


def clv_report(
    session: Session, *, tenant_id: str, leagues: Sequence[League], by: Sequence[By], as_of: datetime
) -> shapes.ClvReport:
    """Return the closing line value of every official and lean pick that had met its close by `as_of`, by segment."""
    every = [item for league in leagues for item in closed(session, tenant_id=tenant_id, league=league, as_of=as_of)]
    segments: defaultdict[tuple[str, ...], list[Closed]] = defaultdict(list)
    for item in every:
        segments[tuple(_KEYS[key](item) for key in by)].append(item)
    return shapes.ClvReport(
        as_of=as_of, by=list(by), total=_segment({}, every),
        segments=[_segment(dict(zip(by, keys, strict=True)), segments[keys]) for keys in sorted(segments)],
        notes=list(NOTES),
    )  # fmt: skip


def closed(session: Session, *, tenant_id: str, league: League, as_of: datetime) -> list[Closed]:
    """Return the published picks of a league that had met their close by `as_of`, oldest first."""
    published = [pair for pair in picks.published(session, tenant_id=tenant_id, league=league) if pair[1] <= as_of]
    tracks = grades.league_tracks(session, tenant_id=tenant_id, league=league, as_of=as_of)
    graded = grades.league_grades(session, tenant_id=tenant_id, league=league, as_of=as_of)
    events = sorted({item.selection.event_id for item, _ in published})
    starts = _starts(session, events, as_of)
    found = [
        Closed(item, published_at, starts[name], tracks[item.pick_id], graded.get(item.pick_id))
        for item, published_at in published
        if item.pick_id in tracks and (name := item.selection.event_id) in starts
    ]  # fmt: skip
    return sorted(found, key=lambda item: (item.published_at, item.pick.pick_id))


def _starts(session: Session, events: Sequence[str], as_of: datetime) -> dict[str, datetime]:
    planned = {name: event.starts_at for name, event in references.versions(session, events, as_of=as_of).items()}
    return planned | results.begun_at(session, planned, as_of=as_of)


def _hours(hours: float) -> str:
    return next((name for limit, name in _HOURS if hours < limit), "72 and more")


def _segment(keys: Mapping[str, str], items: Sequence[Closed]) -> shapes.ClvSegment:
    counted = [item for item in items if not item.void_before_play]
    changed = [item for item in counted if item.track.premise is not None]
    name = json.dumps(dict(keys), sort_keys=True)
    return shapes.ClvSegment(
        keys=dict(keys),
        figures=figures_of([_of(item) for item in counted], name),
        without_premise_changes=figures_of([_of(item) for item in counted if item.track.premise is None], name),
        without_voids=figures_of([_of(item) for item in counted if not item.void], name),
        premise_changes=len(changed),
        voids_left_out=len(items) - len(counted),
        voids_after_start=sum(item.void for item in counted),
    )


def figures_of(items: Sequence[ClvOf], name: str) -> shapes.ClvFigures:
    """Return the figures of some tickets; the name chooses the draws of their interval."""
    return shapes.ClvFigures(**asdict(segment_figures(items, stream("clv-report", name))))


def _of(item: Closed) -> ClvOf:
    track = item.track
    band = None
    if track.clv_ev_low is not None and track.clv_ev_high is not None:
        band = track.clv_ev_high - track.clv_ev_low
    return ClvOf(item.pick.selection.event_id, track.clv_ev, track.beat_close, band, track.missing_reason)


def clv_of_pick(session: Session, *, pick_id: str, tenant_id: str, as_of: datetime) -> shapes.ClvOfPick:
    """Return what one pick was worth against its close, and the close itself. Raises NotFound for no such pick."""
    pick = picks.named(session, pick_id, tenant_id=tenant_id)
    track = grades.tracks(session, [pick_id], tenant_id=tenant_id, as_of=as_of).get(pick_id)
    grade = grades.grades(session, [pick_id], tenant_id=tenant_id, as_of=as_of).get(pick_id)
    chosen = pick.selection
    starts_at = _starts(session, [chosen.event_id], as_of).get(chosen.event_id)
    return shapes.ClvOfPick.model_validate(_tracked(track, starts_at) | {
        "pick_id": pick_id, "event_id": chosen.event_id, "market_key": chosen.market.key, "side": chosen.side,
        "line": _points(chosen.line_quarters), "book": pick.book, "price": pick.price.text,
        "published_at": publications.published_at(session, pick_id, tenant_id=tenant_id), "starts_at": starts_at,
        "predicted_clv": pick.predicted_clv, "result": grade.result if grade else None,
    })  # fmt: skip


_TRACKED = (
    "start_basis", "track_version", "rules", "quality", "open_price", "best_price", "close_price",
    "close_price_opposite", "close_book", "close_at", "close_seen_until", "method", "q_close", "clv_points",
    "clv_prob", "clv_prob_raw", "clv_price_ratio", "clv_ev", "clv_ev_low", "clv_ev_high", "beat_close", "premise",
)  # fmt: skip
_LINES = {"open_line": "open_line_quarters", "best_line": "best_line_quarters", "close_line": "close_line_quarters"}


def _tracked(track: LineTrack | None, starts_at: datetime | None) -> dict[str, object]:
    """Return what a track says, by the names of the shape; nothing but the reason where there is no track yet."""
    if track is None:
        names: tuple[str, ...] = (*_TRACKED, *_LINES, "close_age_minutes")
        return dict.fromkeys(names) | {"versions": 0, "reason": UNTRACKED, "consensus_books": []}
    seen = track.close_seen_until or track.close_at
    return {
        **{name: getattr(track, name) for name in _TRACKED},
        **{name: _points(getattr(track, quarters)) for name, quarters in _LINES.items()},
        "versions": track.track_version,
        "reason": track.missing_reason,
        "consensus_books": json.loads(track.consensus_books) if track.consensus_books else [],
        "close_age_minutes": max(starts_at - seen, timedelta(0)) / MINUTE if seen and starts_at else None,
    }


def _points(quarters: int | None) -> float | None:
    return None if quarters is None else quarters / 4
