"""Against lines: models and the books' lines on the same players, each day by a model that learned from before it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import DevigError
from closeline.domain.markets import Side
from closeline.domain.picks import Decision
from closeline.domain.props.filters import REQUESTED
from closeline.domain.props.statistics import Statistic
from closeline.flow.forecast.props.made import PLAYS_UNREPORTED
from closeline.jobs.props.ahead import day_of
from closeline.jobs.props.foretold import honestly, known, stored_models
from closeline.jobs.props.moments import LEAGUE
from closeline.jobs.props.past_lines import past_lines
from closeline.jobs.props.watching import spans
from closeline.maths.bootstrap import clustered_mean_interval
from closeline.maths.props.deciding import PropDecision, decide, filter_costs
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.training.baselines import games_before
from closeline.maths.props.watching.edges import Bets, monotonicity
from closeline.maths.props.watching.lines import Lines, against
from closeline.maths.simulate.streams import stream
from closeline.schemas.props import watching as shapes
from closeline.store.desk import picks
from closeline.store.players import runs as prop_runs
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from closeline.domain.props.filters import PropFilters
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.foretold import Foretold
    from closeline.jobs.props.past_lines import PastLine
    from closeline.store.session import Session

    Chosen = NDArray[np.bool_]

NO_FAIR_PRICE = "NO_FAIR_PRICE"
FILTERED, PLAYABLE = "let through by the filters", "PICK or LEAN by the gates"


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Lines that could be decided on, the decisions, and the arrays that figures are made of, all in one order."""

    past: tuple[PastLine, ...]
    decisions: tuple[PropDecision, ...]
    lines: Lines
    published: Chosen
    judged: Chosen
    playable: Chosen

    def of(self, chosen: Chosen, name: str) -> shapes.AgainstLines | None:
        found = against(name, self.lines.where(chosen), generator=stream("props", "lines", name))
        return None if found is None else shapes.AgainstLines.model_validate(found)

    def part(self, chosen: Chosen, name: str) -> shapes.ChosenLines:
        """Return what chosen lines came to, and that there are none where there are none."""
        n, published, every = int(chosen.sum()), int((chosen & self.published).sum()), len(self.past)
        return shapes.ChosenLines(
            name=name, n=n, share=n / every if every else 0.0, published=published,
            published_share=published / every if every else 0.0, against=self.of(chosen, name),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the desk made of players' lines, by event and market: its published picks, and the verdicts of the gates."""

    published: frozenset[tuple[str, str]]
    decided: Mapping[tuple[str, str], set[Decision]]

    def among(self, lines: Sequence[PastLine]) -> tuple[Chosen, Chosen, Chosen]:
        """Return which lines were published, which were judged, and which of these are PICK or LEAN."""
        named = [(line.event_id, line.market_key) for line in lines]
        verdicts = [self.decided.get(name, set()) for name in named]
        each = (
            [name in self.published for name in named], [bool(found) for found in verdicts],
            [bool(found & {Decision.PICK, Decision.LEAN}) for found in verdicts],
        )  # fmt: skip
        published, judged, playable = (np.array(found, dtype=np.bool_) for found in each)
        return published, judged, playable


def against_lines(
    desk: Desk, statistics: Sequence[Statistic] = tuple(Statistic), since: date | None = None,
    filters: PropFilters = REQUESTED,
) -> shapes.LinesFound:  # fmt: skip
    """Return how models do against the record's lines from `since` on; NotFound where there is no model."""
    with unit_of_work(desk.engine, write=False) as session:
        stored = stored_models(session, desk)
        held = known(session, desk)
        each = [honestly(held, [item for item in stored if item.statistic is one], since) for one in statistics]
        parts = [part for found in each for part in found]
        past = past_lines(session, held, parts, now=desk.clock()) if parts else None
        taken = _Taken(
            _published(session, desk),
            prop_runs.decided(session, tenant_id=desk.tenant_id, league=LEAGUE, as_of=desk.clock()),
        )
    counted = past.uncounted if past else {}
    compared = _compared(past.lines if past else (), parts, games_before(held.logs.player), taken, filters)
    left = {**counted, NO_FAIR_PRICE: len(past.lines) - len(compared.past) if past else 0}
    return _shape(desk, since, compared, parts, left)


def _compared(
    past: Sequence[PastLine], parts: Sequence[Foretold], games: NDArray[np.int32], taken: _Taken,
    filters: PropFilters,
) -> _Compared:  # fmt: skip
    kept, decisions, rows = [], [], []
    for line in past:
        part, offer = parts[line.part], line.offer
        forecast = PropForecast(
            float(part.mean[line.place]), float(part.variance[line.place]), part.model.family, PLAYS_UNREPORTED
        )
        seen = int(games[part.rows[line.place]])
        try:
            decision = decide(forecast, offer.line_quarters, offer.over, offer.under, filters, games=seen)
        except DevigError:
            continue
        market_over = decision.p_fair if decision.side is Side.OVER else 1.0 - decision.p_fair
        model_over = decision.p_side if decision.side is Side.OVER else 1.0 - decision.p_side
        kept.append(line)
        decisions.append(decision)
        rows.append((
            part.days[line.place], part.y[line.place], offer.line_quarters / 4, forecast.mean, model_over, market_over
        ))  # fmt: skip
    columns = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    lines = Lines(columns[0].astype(np.int32), *columns[1:])
    return _Compared(tuple(kept), tuple(decisions), lines, *taken.among(kept))


def _published(session: Session, desk: Desk) -> frozenset[tuple[str, str]]:
    told = picks.published(session, tenant_id=desk.tenant_id, league=LEAGUE)
    return frozenset(
        (item.selection.event_id, item.selection.market.key) for item, _ in told if item.decision is Decision.PICK
    )


def _shape(
    desk: Desk, since: date | None, compared: _Compared, parts: Sequence[Foretold], left: dict[str, int]
) -> shapes.LinesFound:  # fmt: skip
    every = np.ones(len(compared.past), dtype=np.bool_)
    bets = np.array([item.bet for item in compared.decisions], dtype=np.bool_)
    days, n = compared.lines.days, len(compared.past)
    by_statistic = [(one, np.array([item.statistic is one for item in compared.past])) for one in Statistic]
    found = [compared.of(chosen, str(one)) for one, chosen in by_statistic if n and chosen.any()]
    return shapes.LinesFound(
        as_of=desk.clock(), since=since, first_day=day_of(int(days.min())) if n else None,
        last_day=day_of(int(days.max())) if n else None, models=spans(parts), total=compared.of(every, "all lines"),
        statistics=[item for item in found if item is not None], bets=compared.of(bets, FILTERED),
        picks=compared.of(compared.published, "published picks"), published=int(compared.published.sum()),
        published_share=float(compared.published.mean()) if n else None,
        chosen=[
            compared.part(chosen, name)
            for chosen, name in (
                (bets, FILTERED), (compared.playable, PLAYABLE), (compared.published, "published picks")
            )
        ],
        judged=int(compared.judged.sum()), passing=_passing(compared, bets) if n else None,
        costs=[shapes.FilterCost.model_validate(item) for item in filter_costs(compared.decisions)] if n else [],
        edges=_edges(compared) if n else None,
        uncounted=[shapes.Uncounted(reason=name, lines=count) for name, count in sorted(left.items()) if count],
    )  # fmt: skip


def _bets(compared: _Compared, chosen: Chosen) -> Bets:
    """Return the preferred side of chosen lines that did not push: its edge, its break-even, and whether it won."""
    rows = chosen & ~compared.lines.pushed
    over = compared.lines.y > compared.lines.line
    preferred = np.array([item.side is Side.OVER for item in compared.decisions], dtype=np.bool_)
    edge = np.array([item.edge_prob for item in compared.decisions])
    needed = np.array([1.0 / item.decimal for item in compared.decisions])
    won = (over == preferred).astype(np.float64)
    return Bets(edge[rows], needed[rows], won[rows], compared.lines.days[rows])


def _passing(compared: _Compared, bets: Chosen) -> shapes.Passing:
    share, settled = float(bets.mean()), _bets(compared, bets)
    if not len(settled):
        return shapes.Passing(n=int(bets.sum()), share=share, won=None, break_even=None, excess=None)
    excess = clustered_mean_interval(
        settled.won - settled.break_even, settled.days, generator=stream("props", "lines", "passing")
    )
    return shapes.Passing(
        n=int(bets.sum()), share=share, won=float(settled.won.mean()), break_even=float(settled.break_even.mean()),
        excess=shapes.Interval.model_validate(excess),
    )  # fmt: skip


def _edges(compared: _Compared) -> shapes.EdgeTest:
    settled = _bets(compared, np.ones(len(compared.past), dtype=np.bool_))
    found = monotonicity(settled, generator=stream("props", "lines", "edges"))
    slope = found.slope
    return shapes.EdgeTest(
        n=found.n, days=found.days, buckets=[
            shapes.Bucket(
                low=_finite(item.low), high=_finite(item.high), n=item.n, won=item.won, break_even=item.break_even,
                excess=item.excess,
            )
            for item in found.buckets
        ],
        coefficient=slope.coefficient if slope else None, error=slope.error if slope else None,
        slope_p=slope.p if slope else None, trend_p=found.trend_p, rises=found.rises,
    )  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
