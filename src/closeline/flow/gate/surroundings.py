"""What the rules need to know around a slate's predictions, read in as many statements as there are kinds of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from closeline.domain.forecasts.own import OwnProjection, is_own
from closeline.domain.gates import Baseline, Limits, Slate
from closeline.domain.leagues import League, league_day
from closeline.domain.markets import TOTAL, Side, kind_of
from closeline.domain.policies import MarketPolicy
from closeline.domain.props.engines import is_props
from closeline.maths.distributions import ScoreDistribution, read_pair
from closeline.maths.props.sheet import Sheet
from closeline.maths.simulate.decomposition import Decomposition
from closeline.store import evaluations, forecasts, models, quotes, references
from closeline.store.desk import recordings
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import DERIVED, Prediction, Run
from closeline.store.past import bias, closes, levels
from closeline.store.past.standing import own_runs
from closeline.store.players import runs as prop_runs
from closeline.store.quotes import Quote, Series
from closeline.store.references import EventVersion
from closeline.store.session import Session

# Forecasts of one slate are made within a week: football opens its markets on Monday.
SLATE_SPAN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that was known around a slate at `as_of`.

    market_means: the means of margin and total (points) behind an event's markets at a book, NaN where there is none.
    slates: how the totals of a league day lean, by the day. owned: what runs of somebody's own models expect, by run.
    sheets: what runs of prop models say of their players, by run.
    """

    as_of: datetime
    league: League
    versions: Mapping[str, EventVersion]
    quotes: Mapping[Series, Quote]
    series: Mapping[tuple[str, str, Side], Sequence[Quote]]
    evaluations: Mapping[tuple[str, str, str], Evaluation]
    disagreement: Mapping[tuple[str, str], float]
    market_means: Mapping[tuple[str, str], tuple[float, float]]
    policed: bool
    policies: Mapping[str, MarketPolicy | None]
    runs: Mapping[str, Run]
    decompositions: Mapping[str, Decomposition]
    baseline_total: float
    baseline: Baseline | None
    slates: Mapping[date, Slate]
    owned: Mapping[str, OwnProjection]
    sheets: Mapping[str, Sheet]


def look_around(
    session: Session, predictions: Sequence[Prediction], limits: Limits, tenant_id: str, league: League, as_of: datetime
) -> Surroundings:
    """Read what the rules ask of a slate; nothing that was received after `as_of`."""
    names = sorted({prediction.event_id for prediction in predictions})
    priced = evaluations.of_events(session, names, as_of=as_of)
    pair = read_pair(models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=as_of)[1])
    policy = models.policy(session, tenant_id=tenant_id, league=league, as_of=as_of)
    versions = references.versions(session, names, as_of=as_of)
    history = quotes.of_events(session, names, as_of=as_of, players=True)
    run_names = [prediction.run_id for prediction in predictions]
    runs = forecasts.runs(session, run_names)
    of_games = [name for name in run_names if not is_props(runs[name].engine)]
    return Surroundings(
        as_of,
        league,
        versions,
        quotes.latest(history),
        _by_series(history),
        {(item.event_id, item.book, item.market_key): item for item in priced},
        closes.disagreements(priced, pair[0]),
        _market_means(league, pair, priced),
        policy is not None,
        {
            key: policy.of(kind_of(key)) if policy else None
            for key in {prediction.market_key for prediction in predictions}
        },
        runs,
        {name: Decomposition.from_json(text) for name, text in forecasts.decompositions(session, of_games).items()},
        levels.mean_total(session, league=league, as_of=as_of) or limits.baseline_mean_total,
        _baseline(session, league, as_of),
        _slates(session, versions, tenant_id, league, as_of, frozenset(run_names)),
        recordings.projections(session, [name for name, run in runs.items() if is_own(run.engine)]),
        prop_runs.sheets(session, list(runs.values())),
    )


def _baseline(session: Session, league: League, as_of: datetime) -> Baseline | None:
    found = bias.in_force(session, league, as_of)
    if found is None:
        return None
    return Baseline(
        found.day, found.n, found.bias, found.correction, found.damp_factor, found.structural_days, found.triggers
    )


def _by_series(history: Sequence[Quote]) -> dict[tuple[str, str, Side], list[Quote]]:
    """Group quotes by event, market and side, the books side by side, oldest first."""
    found: defaultdict[tuple[str, str, Side], list[Quote]] = defaultdict(list)
    for item in history:
        found[(item.event_id, item.market.key, item.side)].append(item)
    return found


def slate_of(predictions: Sequence[Prediction]) -> Slate:
    """Return how many totals a slate prices, and the share of them that lean over."""
    leans = [item.p_calibrated > 0.5 for item in predictions if item.market_key == TOTAL.key and item.basis != DERIVED]
    return Slate(len(leans), sum(leans) / len(leans) if leans else 0.5)


def _market_means(
    league: League, pair: tuple[ScoreDistribution, ScoreDistribution], priced: Sequence[Evaluation]
) -> dict[tuple[str, str], tuple[float, float]]:
    markets: defaultdict[tuple[str, str], dict[str, Evaluation]] = defaultdict(dict)
    for item in priced:
        if item.is_reference:
            markets[(item.event_id, item.book)][item.market_key] = item
    each = list(markets.values())
    margins, totals = closes.margin_means(league, pair[0], each), closes.total_means(pair[1], each)
    return dict(zip(markets, zip(margins.tolist(), totals.tolist(), strict=True), strict=True))


def _slates(
    session: Session, versions: Mapping[str, EventVersion], tenant_id: str, league: League, as_of: datetime,
    judged: frozenset[str],
) -> dict[date, Slate]:  # fmt: skip
    """Return how the totals of each day of these events lean, those forecast at earlier moments among them.

    How the house's model leans says nothing of somebody's own, nor the other way round.
    """
    days = {league_day(version.starts_at) for version in versions.values()}
    own = own_runs(session, tenant_id=tenant_id, league=league)
    ours = bool(judged & own)
    said = {item.event_id: item for item in forecasts.of_market(
        session, tenant_id=tenant_id, league=league, market_key=TOTAL.key, since=as_of - SLATE_SPAN,
        until=as_of + timedelta(microseconds=1),
    ) if (item.run_id in own) == ours}  # fmt: skip
    known = {**references.versions(session, sorted(said.keys() - versions.keys()), as_of=as_of), **versions}
    by_day: defaultdict[date, list[Prediction]] = defaultdict(list)
    for name, item in said.items():
        by_day[league_day(known[name].starts_at)].append(item)
    return {day: slate_of(by_day[day]) for day in days}
