"""What the report shows of one league: the figures of `flow/view.py`, and the series behind its charts.

Nothing is decided or corrected here. Everything is plain values: the page is a pure function of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate

import numpy as np

from closeline.domain.events import CandidatesGated
from closeline.domain.leagues import League, league_day
from closeline.domain.markets import MONEYLINE, Selection, line_text
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.picks import Decision
from closeline.domain.publishing.labels import label
from closeline.flow import view
from closeline.flow.view import Ended, LeagueFigures
from closeline.flow.view.home_win import home_wins
from closeline.maths.record_figures import Mean, mean_with_interval
from closeline.maths.reliability import ReliabilityCurve, reliability_curve
from closeline.maths.simulate.streams import stream
from closeline.store import events, quotes, references
from closeline.store.past import outcomes
from closeline.store.past.ratings import BEGINNING
from closeline.store.polls import captures
from closeline.store.session import Session

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
SYNTHETIC = "synthetic"
MICROS = 1_000_000
MINUS = "−"
# Fewer forecasts than this make a curve of steps that says nothing.
CURVE_LEAST = 30
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Units:
    """Graded picks in the order of publication, summed up: shape (picks,), in units of stake.

    `low` and `high` hold 95 % of what the expectation would bring if it were true and the picks independent.
    """

    realised: tuple[float, ...]
    expected: tuple[float, ...]
    expected_at_close: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Quoted:
    """Line and price at one moment of a pick's life, with the height at which they are drawn."""

    moment: str
    line: str
    price: str
    height: float


@dataclass(frozen=True, slots=True)
class Movement:
    """How the market of one pick moved: open, published, best, close. `of_line` says whether heights are points."""

    label: str
    book: str
    steps: tuple[Quoted, ...]
    of_line: bool
    clv_points: float | None
    price_assumed: bool


@dataclass(frozen=True, slots=True)
class PickRow:
    """One published pick as a row; null is what it does not have yet."""

    day: date
    label: str
    decision: str
    book: str
    price: str
    price_assumed: bool
    probability: float
    predicted_clv: float
    clv: float | None
    result: str | None
    units: float | None


@dataclass(frozen=True, slots=True)
class LeagueReport:
    """Everything that the report says of one league. CLV in points of probability."""

    figures: LeagueFigures
    synthetic: bool
    sources: tuple[str, ...]
    clv: tuple[float, ...]
    clv_mean: Mean
    units_per_pick: Mean
    curve: ReliabilityCurve | None
    forecasts: int
    units: Units | None
    movement: Movement | None
    picks: tuple[PickRow, ...]
    missing_closes: Mapping[str, int]
    prices_assumed: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole record of one tenant."""

    tenant_id: str
    leagues: tuple[LeagueReport, ...]
    record_hash: str


def read_report(session: Session, *, tenant_id: str, publish_from: date | None = None) -> Report:
    """Read everything that the report shows; leagues of which the record holds nothing are left out.

    Forecasts count from `publish_from` on, or else from the day on which a league's first candidates were judged.
    """
    known = [league for league in League if _is_known(session, league)]
    judged = _first_judged(session, tenant_id)
    return Report(
        tenant_id,
        tuple(_league(session, tenant_id, league, publish_from or judged.get(league)) for league in known),
        view.record_hash(session, tenant_id=tenant_id, leagues=known),
    )


def _is_known(session: Session, league: League) -> bool:
    return bool(
        quotes.count(session, league=league) or outcomes.results_count(session, league=league, as_of=END_OF_TIME)
    )


def _first_judged(session: Session, tenant_id: str) -> Mapping[str, date]:
    """Return the first day on which each league's candidates met the gates; what came before it is warm-up."""
    first: dict[str, date] = {}
    for event in events.since(session, chain=tenant_id, after=0):
        if event.name == CandidatesGated.__name__:
            first.setdefault(str(event.body["league"]), league_day(event.at))
    return first


def _league(session: Session, tenant_id: str, league: League, publish_from: date | None) -> LeagueReport:
    ended = view.published(session, tenant_id=tenant_id, league=league)
    official = [item for item in ended if item.pick.decision is Decision.PICK]
    tracked = [
        (item, 100 * item.track.clv_prob)
        for item in official
        if item.track and item.valued and item.track.clv_prob is not None
    ]
    graded = [(item, item.grade.units_micros / MICROS) for item in official if item.grade]
    curve, forecasts = _curve(session, tenant_id, league, publish_from)
    labels = _labels(session, [item.pick.selection for item in ended])
    sources = _sources(session, ended)
    days = [league_day(item.published_at) for item in ended]
    return LeagueReport(
        figures=view.league_figures(session, tenant_id=tenant_id, league=league, publish_from=publish_from),
        synthetic=any(name.lower().startswith(SYNTHETIC) for name in sources),
        sources=sources,
        clv=tuple(value for _, value in tracked),
        clv_mean=_mean("clv", league, tracked),
        units_per_pick=_mean("units", league, graded),
        curve=curve,
        forecasts=forecasts,
        units=_units([item for item, _ in graded]),
        movement=_movement(official, labels),
        picks=tuple(_row(item, labels) for item in reversed(ended)),
        missing_closes=Counter(
            item.track.missing_reason or "NO_CLOSE" for item in official if item.track and item.track.clv_prob is None
        ),
        prices_assumed=sum(item.pick.price.assumed for item in official),
        first=min(days, default=None),
        last=max(days, default=None),
    )


def _mean(what: str, league: League, values: Sequence[tuple[Ended, float]]) -> Mean:
    days = np.array([item.pick.proposed_at.toordinal() for item, _ in values], dtype=np.int64)
    numbers = np.array([value for _, value in values], dtype=np.float64)
    return mean_with_interval(numbers, days, stream("report", what, league))


def _curve(
    session: Session, tenant_id: str, league: League, publish_from: date | None
) -> tuple[ReliabilityCurve | None, int]:
    since = datetime.combine(publish_from, datetime.min.time(), UTC) if publish_from else BEGINNING
    settled = outcomes.settled(
        session, tenant_id=tenant_id, league=league, market_key=MONEYLINE.key, since=since, as_of=END_OF_TIME
    )
    p, won = home_wins(settled)
    if p.size < CURVE_LEAST or float(np.ptp(p)) == 0.0:
        return None, int(p.size)
    return reliability_curve(p, won, points=61, generator=stream("report", "reliability", league)), int(p.size)


def _sources(session: Session, ended: Sequence[Ended]) -> tuple[str, ...]:
    snapshots = {item.pick.snapshot_id for item in ended}
    shas = {captures.snapshot_of(session, name).payload_sha for name in sorted(snapshots)}
    return tuple(sorted({captures.payload(session, sha).name for sha in shas}))


def _labels(session: Session, selections: Sequence[Selection]) -> Mapping[str, str]:
    known = references.versions(session, sorted({item.event_id for item in selections}), as_of=END_OF_TIME)
    teams = sorted({team for game in known.values() for team in (game.home_team_id, game.away_team_id)})
    names = references.team_names(session, teams)
    people = references.player_names(session, [item.market.player_id for item in selections])
    return {
        item.selection_id: label(
            item,
            home=names[game.home_team_id],
            away=names[game.away_team_id],
            player=people.get(item.market.player_id, ""),
        )
        for item in selections
        for game in (known[item.event_id],)
    }


def _units(graded: Sequence[Ended]) -> Units | None:
    if not graded:
        return None
    won = [item.grade.units_micros / MICROS for item in graded if item.grade]
    promised = [item.pick.ev_per_unit for item in graded]
    at_close = [(item.track.clv_ev or 0.0) if item.track else 0.0 for item in graded]
    # A unit at odds d that wins with p varies by p (1 - p) d^2; pushes make it less, so the band errs to the wide side.
    variance = [item.pick.p_final * (1 - item.pick.p_final) * item.pick.price.decimal**2 for item in graded]
    expected = list(accumulate(promised))
    reach = [NORMAL_95 * total**0.5 for total in accumulate(variance)]
    return Units(
        tuple(accumulate(won)), tuple(expected), tuple(accumulate(at_close)),
        tuple(mean - far for mean, far in zip(expected, reach, strict=True)),
        tuple(mean + far for mean, far in zip(expected, reach, strict=True)),
        league_day(graded[0].published_at), league_day(graded[-1].published_at),
    )  # fmt: skip


def _movement(official: Sequence[Ended], labels: Mapping[str, str]) -> Movement | None:
    """Return the movement of the last pick that met its close: the last, so that nobody chose it for its looks."""
    closed = [item for item in official if item.track is not None and item.track.close_price is not None]
    if not closed or closed[-1].track is None:
        return None
    pick, track = closed[-1].pick, closed[-1].track
    of_line = pick.selection.market != MONEYLINE
    steps = (
        ("Open", track.open_line_quarters, track.open_price),
        ("Published", pick.selection.line_quarters, pick.price.text),
        ("Best after", track.best_line_quarters, track.best_price),
        ("Close", track.close_line_quarters, track.close_price),
    )
    signed = pick.selection.side in ("HOME", "AWAY")
    return Movement(
        labels[pick.selection.selection_id], pick.book,
        tuple(
            Quoted(
                moment, line_text(line, signed=signed).replace("-", MINUS), _asked(price, pick.price.format),
                (line or 0) / 4 if of_line else Price.quoted(price, pick.price.format).decimal,
            )
            for moment, line, price in steps
            if price is not None
        ),
        of_line, track.clv_points, pick.price.assumed,
    )  # fmt: skip


def _asked(price: str, written: OddsFormat) -> str:
    """Return a price as it was quoted, with the sign that an American price has."""
    sign = "+" if written is OddsFormat.AMERICAN and price[:1].isdigit() else ""
    return f"{sign}{price}".replace("-", MINUS)


def _row(item: Ended, labels: Mapping[str, str]) -> PickRow:
    pick, track, grade = item.pick, item.track, item.grade
    return PickRow(
        day=league_day(item.published_at),
        label=labels[pick.selection.selection_id],
        decision=pick.decision,
        book=pick.book,
        price=_asked(pick.price.text, pick.price.format),
        price_assumed=pick.price.assumed,
        probability=pick.p_final,
        predicted_clv=100 * pick.predicted_clv,
        clv=None if track is None or track.clv_prob is None else 100 * track.clv_prob,
        result=None if grade is None else grade.result,
        units=None if grade is None else grade.units_micros / MICROS,
    )
