"""View: what happened, in numbers. Everything that shows figures reads them here.

Every figure carries its n; what was left out is counted with its reason.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.leagues import League, season_of
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, Market
from closeline.domain.picks import Decision
from closeline.domain.settlement import Result
from closeline.domain.settlement.outcomes import void_before_play
from closeline.flow.view.home_win import HomeWin, Probabilities, home_win, home_wins, q_close
from closeline.maths import record_figures as figures
from closeline.maths.record_figures import CalibrationError, Mean, Slope
from closeline.maths.reliability import BinScheme
from closeline.maths.simulate.streams import stream
from closeline.store import models, record
from closeline.store.desk import candidates, grades, picks
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.past import outcomes
from closeline.store.past.outcomes import Settled
from closeline.store.past.ratings import BEGINNING
from closeline.store.polls import captures
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
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A published pick with its close and its grade, null while it has none."""

    pick: Pick
    published_at: datetime
    track: LineTrack | None
    grade: Grade | None

    @property
    def valued(self) -> bool:
        """Say whether its closing-line value counts: there is one, and the bet was not off before play."""
        off = self.grade is not None and self.grade.result == Result.VOID and void_before_play(self.grade.reason)
        return self.track is not None and self.track.clv_prob is not None and not off


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
        home_win=home_win(session, league, settled[MONEYLINE], now),
        ece=_ece(league, home_wins(settled[MONEYLINE]), "home win"),
        ece_equal_width=_ece(league, home_wins(settled[MONEYLINE]), "home win by width", BinScheme.WIDTH),
        ece_by_market=tuple(
            (market.key, _ece(league, published_probabilities(known), market.key)) for market, known in settled.items()
        ),
        refusals=tuple(candidates.refusals(session, tenant_id=tenant_id, league=league)),
        notes=tuple(_notes(session, league, official, publish_from)),
    )


def _notes(session: Session, league: League, official: Sequence[Ended], publish_from: date | None) -> Iterator[str]:
    """Yield what a reader must know before he believes a figure."""
    books = sorted({item.pick.book for item in official})
    if books:
        yield f"CLV is against one recorded source ({', '.join(books)}): an upper bound, for openers hold errors."
    assumed = sum(item.pick.price.assumed for item in official)
    if assumed:
        yield f"{assumed} of {len(official)} picks stand at an assumed -110: the archive gave a line without a price."
    if league is League.MLB:
        yield "Starting pitchers are the archive's own; that they were known at the open is assumed."
    fitted_on = models.ratings_fitted_on(session, league=league)
    years = [int(year) for year in re.findall(r"(?:19|20)[0-9]{2}", fitted_on)]
    if publish_from is not None and years and season_of(league, publish_from) <= max(years):
        yield f"IN SAMPLE: rating parameters were fitted on {fitted_on}, which reaches into the published seasons."


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
    tracks = [item.track for item in ended if item.track is not None and item.valued]
    days = _days([item for item in ended if item.valued])
    clv = np.array([track.clv_prob for track in tracks], dtype=np.float64)
    predicted = np.array([track.predicted_clv for track in tracks], dtype=np.float64)
    ev = [track.clv_ev for track in tracks if track.clv_ev is not None]
    results = Counter(item.grade.result for item in ended if item.grade)
    closed = [
        item for item in ended if item.grade is not None and item.track is not None and item.track.clv_ev is not None
    ]
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
        units_expected=sum(item.pick.ev_per_unit for item in closed),
        units_expected_at_close=sum(
            item.track.clv_ev for item in closed if item.track and item.track.clv_ev is not None
        ),
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
    moved = q_close(session, league, market, settled, now) - settled.q_market
    quoted = settled.quoted
    return figures.slope_through_origin(settled.predicted_clv[quoted], moved[quoted], settled.days[quoted])


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
