"""View: what happened, in numbers. Everything that shows figures reads them here.

Every figure carries its n; what was left out is counted with its reason.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, TOTAL, Market
from closeline.domain.picks import Decision
from closeline.domain.settlement import Result
from closeline.maths import record_figures as figures
from closeline.maths.distributions import read_pair
from closeline.maths.record_figures import CalibrationError, Mean, Slope
from closeline.maths.reliability import BinScheme
from closeline.maths.simulate.streams import stream
from closeline.store import captures, models, record
from closeline.store.desk import candidates, grades, picks
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.past import outcomes
from closeline.store.past.outcomes import Settled
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

Floats = NDArray[np.float64]
MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """A market's PICKs. CLV is in points of probability, fair to fair at the pick's line; units at the real price."""

    market_key: str
    picks: int
    clv_prob: Mean
    predicted_clv_mean: float | None
    clv_ev_mean: float | None
    clv_slope: Slope
    clv_slope_picks: Slope
    wins: int
    losses: int
    pushes: int
    voids: int
    open: int
    missing_closes: int
    units: float
    units_expected: float
    units_expected_at_close: float


@dataclass(frozen=True, slots=True)
class HomeWin:
    """Log-loss of the home win, of the same games: at the open, by the ratings, as published, at the close."""

    open: float | None
    rating: float | None
    published: float | None
    close: float | None
    n: int
    open_source: str
    close_source: str
    left_out: int
    left_out_suspect: int


@dataclass(frozen=True, slots=True)
class LeagueFigures:
    """All figures of one league's record."""

    league: str
    games: int
    warmup_games: int
    decisions: dict[str, int]
    published: int
    leans: int
    graded: dict[str, int]
    open: int
    quarantined: dict[str, int]
    markets: tuple[MarketFigures, ...]
    home_win: HomeWin
    ece: CalibrationError
    ece_equal_width: CalibrationError
    ece_by_market: tuple[tuple[str, CalibrationError], ...]
    refusals: tuple[tuple[str, str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A published pick with its close and its grade, null while it has none."""

    pick: Pick
    published_at: datetime
    track: LineTrack | None
    grade: Grade | None


def league_figures(
    session: Session, *, tenant_id: str, league: League, publish_from: date | None = None
) -> LeagueFigures:
    """Return the figures of a league: picks from what was published, forecasts from `publish_from` on."""
    now = datetime.max.replace(tzinfo=UTC)
    since = datetime.combine(publish_from, datetime.min.time(), UTC) if publish_from else BEGINNING
    ended = published(session, tenant_id=tenant_id, league=league)
    official = [item for item in ended if item.pick.decision is Decision.PICK]
    settled = {market: _settled(session, tenant_id, league, market, since, now) for market in GAME_MARKETS}
    results = outcomes.results_count(session, league=league, as_of=now)
    played = len(set().union(*(known.events for known in settled.values())))
    graded = Counter(item.grade.result for item in official if item.grade)
    return LeagueFigures(
        league=league,
        games=results,
        warmup_games=results - played if publish_from else 0,
        decisions=candidates.decisions(session, tenant_id=tenant_id, league=league),
        published=len(official),
        leans=len(ended) - len(official),
        graded={result: graded.get(result, 0) for result in Result},
        open=sum(item.grade is None for item in official),
        quarantined=captures.quarantined(session, league=league),
        markets=tuple(
            _market(
                session,
                league,
                market,
                settled[market],
                [item for item in official if _is(item, market)],
                now,
            )
            for market in GAME_MARKETS
        ),
        home_win=_home_win(session, league, settled[MONEYLINE], now),
        ece=_ece(league, home_wins(settled[MONEYLINE]), "home win"),
        ece_equal_width=_ece(league, home_wins(settled[MONEYLINE]), "home win by width", BinScheme.WIDTH),
        ece_by_market=tuple(
            (market.key, _ece(league, published_probabilities(known), market.key)) for market, known in settled.items()
        ),
        refusals=tuple(candidates.refusals(session, tenant_id=tenant_id, league=league)),
    )


def _is(item: Ended, market: Market) -> bool:
    return item.pick.selection.market == market


def _settled(
    session: Session, tenant_id: str, league: League, market: Market, since: datetime, now: datetime
) -> Settled:
    return outcomes.settled(session, tenant_id=tenant_id, league=league, market_key=market.key, since=since, as_of=now)


def published(session: Session, *, tenant_id: str, league: League) -> list[Ended]:
    """Return every published pick of a league, leans too, with how it ended; oldest first."""
    tracks = grades.league_tracks(session, tenant_id=tenant_id, league=league)
    graded = grades.league_grades(session, tenant_id=tenant_id, league=league)
    found = picks.published(session, tenant_id=tenant_id, league=league)
    return sorted(
        (Ended(item, at, tracks.get(item.pick_id), graded.get(item.pick_id)) for item, at in found),
        key=lambda ended: (ended.published_at, ended.pick.pick_id),
    )


def _market(
    session: Session, league: League, market: Market, settled: Settled, ended: Sequence[Ended], now: datetime
) -> MarketFigures:
    tracks = [item.track for item in ended if item.track is not None and item.track.clv_prob is not None]
    days = _days([item for item in ended if item.track is not None and item.track.clv_prob is not None])
    clv = np.array([track.clv_prob for track in tracks], dtype=np.float64)
    predicted = np.array([track.predicted_clv for track in tracks], dtype=np.float64)
    ev = [track.clv_ev for track in tracks if track.clv_ev is not None]
    results = Counter(item.grade.result for item in ended if item.grade)
    closed = [item for item in ended if item.grade is not None and item.track is not None]
    return MarketFigures(
        market_key=market.key,
        picks=len(ended),
        clv_prob=_points(figures.mean_with_interval(clv, days, stream("clv", league, market.key))),
        predicted_clv_mean=100 * float(predicted.mean()) if predicted.size else None,
        clv_ev_mean=100 * float(np.mean(ev)) if ev else None,
        clv_slope=_slope(session, league, market, settled, now),
        clv_slope_picks=figures.slope_through_origin(predicted, clv, days),
        wins=results[Result.WIN],
        losses=results[Result.LOSS],
        pushes=results[Result.PUSH],
        voids=results[Result.VOID],
        open=sum(item.grade is None for item in ended),
        missing_closes=sum(item.track is not None and item.track.clv_prob is None for item in ended),
        units=sum(item.grade.units_micros for item in ended if item.grade) / MICROS,
        units_expected=sum(item.pick.ev_per_unit for item in ended),
        units_expected_at_close=sum(item.track.clv_ev or 0.0 for item in closed if item.track),
    )


def _days(ended: Sequence[Ended]) -> NDArray[np.int64]:
    return np.array([item.pick.proposed_at.toordinal() for item in ended], dtype=np.int64)


def _points(mean: Mean) -> Mean:
    scaled = [None if value is None else 100 * value for value in (mean.mean, mean.low, mean.high)]
    return Mean(scaled[0], scaled[1], scaled[2], mean.n)


def _slope(session: Session, league: League, market: Market, settled: Settled, now: datetime) -> Slope:
    """Return realised on predicted CLV over every evaluated candidate, not only those that were picked."""
    if not settled.events:
        return Slope(None, None, 0)
    moved = _q_close(session, league, market, settled, now) - settled.q_market
    quoted = settled.quoted
    return figures.slope_through_origin(settled.predicted_clv[quoted], moved[quoted], settled.days[quoted])


def _q_close(session: Session, league: League, market: Market, settled: Settled, now: datetime) -> Floats:
    content = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=now)[1]
    margin, total = read_pair(content)
    return outcomes.closing_probabilities(
        session, settled, market_key=market.key, distribution=total if market == TOTAL else margin, as_of=now
    )


def _home_win(session: Session, league: League, settled: Settled, now: datetime) -> HomeWin:
    if not settled.events:
        return HomeWin(None, None, None, None, 0, "none", "none", 0, 0)
    close = outcomes.closing_moneylines(session, settled, as_of=now)
    spread = _q_close(session, league, MONEYLINE, settled, now)
    close_source = "moneyline" if int((~np.isnan(close)).sum()) * 2 >= len(settled.events) else "spread"
    close = np.where(np.isnan(close), spread, close)
    anchor = np.where(np.isnan(settled.p_anchor), settled.q_market, settled.p_anchor)
    known = settled.decided & ~settled.suspect & ~np.isnan(settled.q_market) & ~np.isnan(close)
    won = settled.won[known]
    sources = sorted({"moneyline" if quoted else "spread" for quoted in settled.quoted[known]})
    return HomeWin(
        open=figures.mean_log_loss(settled.q_market[known], won),
        rating=figures.mean_log_loss(settled.p_raw[known], won),
        published=figures.mean_log_loss(anchor[known], won),
        close=figures.mean_log_loss(close[known], won),
        n=int(known.sum()),
        open_source="+".join(sources) or "none",
        close_source=close_source,
        left_out=int((~known).sum()),
        left_out_suspect=int(settled.suspect.sum()),
    )


Probabilities = tuple[Floats, Floats]


def home_wins(settled: Settled) -> Probabilities:
    """Return (published probability, won) of every home win: one observation a game, so that none depends on another.

    Where no policy stood yet the market's own probability is what would have been published.
    """
    p = np.where(np.isnan(settled.p_anchor), settled.q_market, settled.p_anchor)
    use = settled.decided & ~settled.suspect & ~np.isnan(p)
    return (p[use], settled.won[use])


def published_probabilities(settled: Settled) -> Probabilities:
    """Return (published probability, won) of every evaluated market that had a quote, a policy and a result."""
    use = settled.decided & settled.quoted & ~np.isnan(settled.p_anchor)
    return (settled.p_anchor[use], settled.won[use])


def _ece(
    league: League, probabilities: Probabilities, name: str, scheme: BinScheme = BinScheme.MASS
) -> CalibrationError:
    return figures.calibration_error(*probabilities, stream("ece", league, name), scheme)


def record_hash(session: Session, *, tenant_id: str, leagues: Sequence[League]) -> str:
    """Return the hash of the record of some leagues."""
    return record.record_hash(session, tenant_id=tenant_id, leagues=tuple(leagues))
