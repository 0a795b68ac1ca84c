"""Simulating: one game on demand, from wanted means or from the record, by either evaluator."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from closeline.domain.errors import NotFound
from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName, moved_by, news_since
from closeline.domain.forecasts.evaluators import Evaluator, Target
from closeline.domain.forecasts.injuries import Absence, injury_news
from closeline.domain.identity.names import fold
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.domain.ports import Executor
from closeline.flow.forecast import know
from closeline.flow.forecast.games import rules_of
from closeline.flow.forecast.knowledge import Knowledge
from closeline.flow.forecast.news import Injuries, injuries_of
from closeline.jobs.desk import Desk
from closeline.jobs.duty.fan_out.walking import Walk, walk_apart
from closeline.maths.distributions import ScoreDistribution, pmf
from closeline.maths.ratings import RatingForecast
from closeline.maths.simulate.aim import Aimed
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.decomposition import Decomposition, from_game, production
from closeline.maths.simulate.news import (
    SHIFTS,
    TOTAL_SHARE,
    Mixture,
    aimed_with_news,
    gathered,
    marginals_with_news,
    mixture,
)
from closeline.maths.simulate.simulation import Marginals, Model, Simulated, draw, evaluate_exactly, weighed
from closeline.maths.simulate.sport import Levels, Rules, playoffs_differ
from closeline.maths.simulate.worlds import Worlds
from closeline.store import evaluations, forecasts, models, references
from closeline.store.past.closes import margin_means, total_means
from closeline.store.past.ratings import RatingBook
from closeline.store.polls import captures
from closeline.store.session import Session, unit_of_work

WORLDS = 20_000
TOO_FEW = "the weights leave less than 0.8 of the worlds: model and fitted distribution disagree about this game"
PLAYOFF_UNKNOWN = "play-off or not: unknown, regular-season rules"
ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a game is to be simulated: the evaluator, how many worlds, and the seed (null: from the content).

    absences: who may be missing. adjustments: what else moves the means. Of a game that is solved to the market only
    news younger than its quotes counts. total_share: points that the total falls for each point of a missing player's
    value. executor: where worlds are walked through; null, here. It changes no bit of the answer.
    """

    evaluator: Evaluator = Evaluator.EXACT
    worlds: int = WORLDS
    seed: int | None = None
    threads: int = 1
    target: Target = Target.RATINGS
    absences: tuple[Absence, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    total_share: float = TOTAL_SHARE
    executor: Executor | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A simulated game and what it was made from; `margin` and `total` are the wanted means, points."""

    league: League
    name: str
    margin: float
    total: float
    asked: Asked
    seed: int
    seconds: float
    simulation_version: str
    fitted_on: str
    simulated: Simulated
    decomposition: Decomposition | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Setting:
    """A game before it is simulated: its means, how sure they are (points), what they are made of, and the model."""

    name: str
    model: Model
    version: str
    rules: Rules
    means: tuple[float, float]
    sds: tuple[float, float]
    distributions: tuple[ScoreDistribution, ScoreDistribution]
    parts: tuple[Adjustment, ...]
    notes: tuple[str, ...] = ()

    def marginals(self, margin: float, total: float) -> Marginals:
        """Return the margins and totals that a game with these means should have."""
        (one, other), (margin_sd, total_sd) = self.distributions, self.sds
        return Marginals(
            pmf(one, [margin], [margin_sd])[0], one.support, pmf(other, [total], [total_sd])[0], other.support
        )


def of_means(
    desk: Desk, league: League, margin: float, total: float, season: int, *, playoff: bool, asked: Asked
) -> Answer:
    """Simulate a game with these means (home - away, home + away); ValueError where no teams would play so."""
    with unit_of_work(desk.engine, write=False) as session:
        version, content, _ = models.latest(session, league=league, kind=models.SIMULATION, as_of=desk.clock())
    artefact = read_artefact(content)
    setting = _Setting(
        f"{league} margin {margin:g} total {total:g}", artefact.model, version, Rules(season, playoff),
        (margin, total), (0.0, 0.0), (artefact.margin, artefact.total),
        (Adjustment(AdjustmentName.BASE_RATING, margin, total, ASKED),),
    )  # fmt: skip
    return _answer(setting, asked)


def of_event(desk: Desk, event_id: str, asked: Asked) -> Answer:
    """Simulate an event as its last forecast knew it, with what was reported since; NotFound where it has none.

    Who may be missing is taken from the record as it stands now; what is asked of a player goes before his reports.
    """
    with unit_of_work(desk.engine, write=False) as session:
        known = _known(session, desk, event_id)
        (reported,) = injuries_of(session, known.league, known.games, known.markets, as_of=desk.clock())
    reported = _without(reported, asked.absences)
    if asked.target is Target.MARKET:
        known = _solved_to_market(known)
        asked, notes = _only_news(asked, known)
    else:
        notes = ()
    asked = replace(asked, absences=(*asked.absences, *reported.kept))
    rated = known.rated
    setting = _Setting(
        event_id, known.model, known.simulation_version, rules_of(known.games[0]),
        (float(rated.margin_mean[0]), float(rated.total_mean[0])),
        (float(rated.margin_sd[0]), float(rated.total_sd[0])), (known.margin, known.total), known.parts[0],
        (*notes, *_of_reports(reported), *_unsaid(known)),
    )  # fmt: skip
    return _answer(setting, asked)


def worlds_of_event(desk: Desk, event_id: str, worlds: int, seed: int) -> tuple[Worlds, tuple[str, ...]]:
    """Draw an event's worlds as its last forecast knew it, with the notes on them; NotFound where it has none."""
    answer = of_event(desk, event_id, Asked(Evaluator.WORLDS, worlds, seed))
    assert answer.simulated.worlds is not None
    return answer.simulated.worlds, answer.notes


def _unsaid(known: Knowledge) -> tuple[str, ...]:
    """Return a note where it is not known whether the game is of the play-offs, and that would change its rules."""
    (event,) = known.games
    matters = event.playoff is None and playoffs_differ(known.model.sport, event.season)
    return (PLAYOFF_UNKNOWN,) if matters else ()


def _without(reported: Injuries, asked: Sequence[Absence]) -> Injuries:
    """Return what is reported of all players but those whom somebody speaks of himself."""
    told = {(item.side, fold(item.player)) for item in asked}

    def others(found: Sequence[Absence]) -> tuple[Absence, ...]:
        return tuple(item for item in found if (item.side, fold(item.player)) not in told)

    return Injuries(kept=others(reported.kept), dropped=others(reported.dropped), unvalued=others(reported.unvalued))


def _of_reports(reported: Injuries) -> tuple[str, ...]:
    """Return a note of every reported player who does not count, and why."""
    known = [f"already in the quotes: {item.player}" for item in reported.dropped]
    return (*known, *(f"no value for {item.player}: not counted" for item in reported.unvalued))


def _only_news(asked: Asked, known: Knowledge) -> tuple[Asked, tuple[str, ...]]:
    """Return what was asked without what the quotes already know, and a note of each thing left out."""
    missing = injury_news(asked.absences, known.as_of)
    moving = news_since(asked.adjustments, known.as_of)
    dropped = [item.player for item in missing.dropped] + [item.name for item in moving.dropped]
    notes = tuple(f"already in the quotes: {name}" for name in dropped)
    return replace(asked, absences=missing.kept, adjustments=moving.kept), notes


def _solved_to_market(known: Knowledge) -> Knowledge:
    """Return what is known with the market's means in place of the ratings'; NotFound where the market lacks one."""
    priced = [{item.market_key: item for item in markets if item.is_reference} for markets in known.markets]
    margin, total = margin_means(known.league, known.margin, priced), total_means(known.total, priced)
    if np.isnan([*margin, *total]).any():
        message = "event must be quoted on a side and on its total to be solved to the market; use --target ratings"
        raise NotFound(message)
    sure = np.zeros(len(known.games))
    parts = ((Adjustment(AdjustmentName.BASE_RATING, float(margin[0]), float(total[0]), Target.MARKET),),)
    return replace(known, rated=RatingForecast(margin, sure, total, sure), parts=parts)


def _known(session: Session, desk: Desk, event_id: str) -> Knowledge:
    made, _ = forecasts.run(session, forecasts.last_run(session, event_id, tenant_id=desk.tenant_id))
    run, snapshot_id = made.run, made.reference("SNAPSHOT")
    versions = references.named(session, [made.reference("EVENT_VERSION")], as_of=run.as_of)
    priced = evaluations.of_snapshot(session, captures.snapshot_of(session, snapshot_id).snapshot_id, as_of=run.as_of)
    return know(
        session, RatingBook(), run.tenant_id, League(run.league), snapshot_id, run.as_of, (versions[event_id],),
        [item for item in priced if item.event_id == event_id],
    )  # fmt: skip


def _answer(setting: _Setting, asked: Asked) -> Answer:
    seed = _seed(asked, setting.version, setting.name, setting.rules, asked.target, *asked.absences, *asked.adjustments)
    began = perf_counter()
    setting = replace(
        setting, means=_moved(setting.means, moved_by(asked.adjustments)), parts=(*setting.parts, *asked.adjustments)
    )
    news = gathered(mixture(asked.absences, asked.total_share), SHIFTS)
    aim = aimed_with_news(setting.model, setting.rules, *setting.means, news.shifts)
    each = [setting.marginals(*_moved(setting.means, (shift.margin, shift.total))) for shift in news.shifts]
    simulated = _evaluate(setting, aim, marginals_with_news(each, news.shifts), asked, seed, news)
    notes = [*setting.notes, news.note, TOO_FEW if simulated.too_few else ""]
    means = _moved(setting.means, news.mean)
    return Answer(
        setting.model.league, setting.name, *means, asked, seed, perf_counter() - began, setting.version,
        setting.model.fitted_on, simulated, _decomposed(setting, aim, news, means), tuple(filter(None, notes)),
    )  # fmt: skip


def _decomposed(setting: _Setting, aim: Aimed, news: Mixture, means: tuple[float, float]) -> Decomposition:
    parts: Sequence[Adjustment] = setting.parts
    if any(news.mean):
        parts = (*parts, Adjustment(AdjustmentName.INJURIES, *news.mean, ASKED))
    model = setting.model
    return from_game(
        aim.game, production(model.sport.nights(Levels(), setting.rules)), parts, league=model.league,
        team_total_sd=model.team_total_sd, margin=means[0], total=means[1],
    )  # fmt: skip


def _moved(means: tuple[float, float], by: tuple[float, float]) -> tuple[float, float]:
    return means[0] + by[0], means[1] + by[1]


def _evaluate(setting: _Setting, aim: Aimed, marginals: Marginals, asked: Asked, seed: int, news: Mixture) -> Simulated:
    if asked.evaluator is not Evaluator.WORLDS:
        return evaluate_exactly(setting.model, aim, marginals)
    if asked.executor is None:
        return draw(setting.model, aim, marginals, asked.worlds, seed, asked.threads)
    walk = Walk(setting.version, setting.rules, *setting.means, news.shifts, seed)
    return weighed(setting.model, aim, marginals, walk_apart(asked.executor, walk, asked.worlds))


def _seed(asked: Asked, *content: object) -> int:
    """Return the seed asked for, else one that the content gives."""
    return int(content_id("simulate", *map(str, content))[:15], 16) if asked.seed is None else asked.seed
