"""Fit of football: the likelihood of every quarter's points, given the closing lines and the lead before the last.

The first three quarters do not depend on the lead, so a game's likelihood is the product of those of its quarters
and of its overtime (a composite one: the evening that quarters share is mixed in each of them). Beside it stand the
spreads of margins and totals about the closing lines, which quarters alone leave loose. Games are seen from the
favourite, in bins of closing margin and total whose levels are solved for these means. Parameters climb by the method
of Berndt, Hall, Hall and Hausman (1974): slopes of every game's log-likelihood give the step. Each has a normal prior
about its start, on the scale of its log or log-odds, so that what few games show moves little.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from closeline.maths.simulate.aim import solve
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.football import CLASSES, CollegeFootball, Football, ProfessionalFootball
from closeline.maths.simulate.kernels import through_period
from closeline.maths.simulate.script import Night
from closeline.maths.simulate.sport import Levels, Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from closeline.maths.simulate.fitting.played import Played
    from closeline.maths.simulate.script import Overtime

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Knobs = tuple["Knob", ...]

Model = TypeVar("Model", bound=Football)

MARGINS, TOTALS = 5, 3  # bins of closing margin and of closing total
ROUNDS, CLIMBS = 2, 6
STEP = 0.01  # of a parameter on its scale, to feel the slope
ENOUGH = 0.05  # gain in log-likelihood below which a climb ends
NEVER = 1e-12  # chance given to what a script cannot do, and a game did
QUARTER_MOST = 60  # points of a team in a quarter beyond this count as this
WIDEST = 45  # leads before the last quarter beyond this count as this
SPREAD_SHARE = 0.1  # of the error that chance leaves in a spread, by which a fit may miss it
DIGITS = 6
CHANCES = {
    "touchdown", "field_goal", "safety", "two_points", "two_points_chart", "urgency", "exchanges_spread",
    "overtime_touchdown", "overtime_field_goal", "sudden_touchdown", "sudden_field_goal", "overtime_two_points",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knob:
    """One number of a model that may move: its field, the width of its prior, its place there (-1: the field)."""

    name: str
    width: float
    place: int = -1


# What moves; what is missing here stays where it starts, as too few games would show it.
EARLY = (
    Knob("evening", 1.0), Knob("touchdown", 1.0), Knob("field_goal", 1.0), Knob("field_goal_slope", 1.0),
    Knob("both_score", 0.5), Knob("half_touchdown", 0.5), Knob("half_field_goal", 0.5), Knob("safety", 0.5),
    Knob("two_points", 0.5), Knob("exchanges_spread", 0.5), *(Knob("exchanges", 1.0, quarter) for quarter in range(3)),
)  # fmt: skip
LATE = (
    Knob("exchanges", 1.0, 3), Knob("both_score_late", 0.5), Knob("two_points_chart", 0.5), Knob("urgency", 0.5),
    *(Knob(f"late_{score}", 0.3, lead) for score in ("touchdown", "field_goal") for lead in range(CLASSES)),
    *(Knob(f"last_{score}", 0.5, lead) for score in ("touchdown", "field_goal") for lead in range(CLASSES)),
)  # fmt: skip
AFTER = (
    Knob("overtime_touchdown", 0.5), Knob("overtime_field_goal", 0.5), Knob("sudden_touchdown", 0.5),
    Knob("sudden_field_goal", 0.5), Knob("overtime_chase", 0.3), Knob("overtime_two_points", 0.5),
)  # fmt: skip

# Starting values: read off the drives per team, rates per drive and late game of the domain notes, 5.1 and 5.2.
PROFESSIONAL = ProfessionalFootball(
    evening=0.05, touchdown=0.225, field_goal=0.17, field_goal_slope=0.3, exchanges=(2.3, 3.4, 2.4, 3.2),
    exchanges_spread=0.05, both_score=0.6, both_score_late=1.0, half_touchdown=0.8, half_field_goal=1.3, safety=0.011,
    returned=0.03, two_points=0.04, two_points_chart=0.6, two_points_made=0.48, extra_point=0.94,
    extra_point_before=0.993, urgency=0.6,
    late_touchdown=(1.2, 1.2, 1.2, 1.2, 1.2, 1.1, 1.1, 1.0, 1.0, 0.9, 0.9, 0.8, 0.8, 0.7, 0.6),
    late_field_goal=(0.3, 0.3, 0.5, 0.4, 0.8, 0.8, 1.0, 1.0, 1.1, 1.1, 1.2, 1.0, 1.0, 0.8, 0.6),
    last_touchdown=(0.8, 0.8, 0.8, 1.0, 1.0, 1.0, 0.7, 0.7, 0.35, 0.35, 0.35, 0.35, 0.35, 0.35, 0.35),
    last_field_goal=(0.2, 0.2, 0.3, 0.2, 0.8, 0.1, 2.5, 2.5, 0.7, 0.6, 0.6, 0.6, 0.6, 0.4, 0.3),
    overtime_touchdown=0.22, overtime_field_goal=0.2, sudden_touchdown=0.15, sudden_field_goal=0.27,
    overtime_chase=1.3, overtime_two_points=0.1, overtime_minutes=5.0,
)  # fmt: skip
COLLEGE = CollegeFootball(
    evening=0.08, touchdown=0.27, field_goal=0.12, field_goal_slope=0.3, exchanges=(2.9, 3.6, 3.0, 3.3),
    exchanges_spread=0.05, both_score=0.8, both_score_late=1.0, half_touchdown=0.8, half_field_goal=1.3, safety=0.01,
    returned=0.03, two_points=0.04, two_points_chart=0.6, two_points_made=0.43, extra_point=0.96,
    extra_point_before=0.96, urgency=0.6,
    late_touchdown=PROFESSIONAL.late_touchdown, late_field_goal=PROFESSIONAL.late_field_goal,
    last_touchdown=PROFESSIONAL.last_touchdown, last_field_goal=PROFESSIONAL.last_field_goal,
    overtime_touchdown=0.5, overtime_field_goal=0.25, sudden_touchdown=0.25, sudden_field_goal=0.5,
    overtime_chase=1.3, overtime_two_points=0.1,
)  # fmt: skip


def fit_professional(played: Played) -> ProfessionalFootball:
    """Return the NFL's model of these games; ValueError when none has all its quarters."""
    return fit_from(PROFESSIONAL, played, after=(*AFTER, Knob("overtime_minutes", 0.3)))


def fit_college(played: Played) -> CollegeFootball:
    """Return the colleges' model of these games; ValueError when none has all its quarters."""
    return fit_from(COLLEGE, played)


def fit_from(start: Model, played: Played, early: Knobs = EARLY, late: Knobs = LATE, after: Knobs = AFTER) -> Model:
    """Return the model of these games that is reached from a start; ValueError when none has all its quarters.

    early, late, after: what may move by the games' first three quarters, by the fourth and by overtime.
    """
    bins, model = _bins(start, played), start
    for _ in range(ROUNDS):
        levels = [solve(model, own.rules, own.margin, own.total).levels for own in bins]
        model = _climbed(model, start, early, _Worth(bins, levels, _early, spread=True))
        model = _climbed(model, start, late, _Worth(bins, levels, _late))
    levels = [solve(model, own.rules, own.margin, own.total).levels for own in bins]
    return _rounded(_climbed(model, start, after, _Worth(bins, levels, _overtimes)))


@dataclass(frozen=True, slots=True, eq=False)
class _Bin:
    """Games between teams of about the same strengths, seen from the favourite.

    points: by quarter and in overtime, shape (games, 5, 2). misses: of margin and total about the closing lines,
    shape (games, 2). overtimes: points of those that went on, shape (games, 2), by the rules that held.
    """

    margin: float
    total: float
    rules: Rules
    points: Integers
    misses: Floats
    overtimes: tuple[tuple[Rules, Integers], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    """How well a model tells one part of the games, at given levels: log-likelihoods, and the spread it misses."""

    bins: list[_Bin]
    levels: list[Levels]
    part: Callable[[Football, _Bin, Levels], Floats]
    spread: bool = False

    def games(self, model: Football) -> Floats:
        """Return log-likelihoods of the games."""
        return np.concatenate([self.part(model, own, at) for own, at in zip(self.bins, self.levels, strict=True)])

    def missed(self, model: Football) -> Floats:
        """Return by how many widths the spreads of margins and totals are missed, shape (0,) or (2,)."""
        if not self.spread:
            return np.empty(0)
        finals = [final(model.nights(at, own.rules)) for own, at in zip(self.bins, self.levels, strict=True)]
        found = np.array([_spread(self.bins, finals, each) for each in (np.subtract, np.add)])
        misses = np.concatenate([own.misses for own in self.bins])
        return np.asarray((found / misses.std(axis=0) - 1.0) * np.sqrt(2 * len(misses)) / SPREAD_SHARE)


def _climbed(model: Model, start: Model, knobs: Knobs, worth: _Worth) -> Model:
    if not knobs:
        return model
    widths = np.array([knob.width for knob in knobs])
    at = np.array([_scale(knob, model) - _scale(knob, start) for knob in knobs])
    games, missed = worth.games(model), worth.missed(model)
    for _ in range(CLIMBS):
        beside = [_moved(model, start, (knob,), np.array([x + STEP])) for knob, x in zip(knobs, at, strict=True)]
        slopes = (np.column_stack([worth.games(one) for one in beside]) - games[:, None]) / STEP
        misses = (np.column_stack([worth.missed(one) for one in beside]) - missed[:, None]) / STEP
        bend = slopes.T @ slopes + misses.T @ misses + np.diag(widths**-2.0)
        towards = np.linalg.solve(bend, slopes.sum(axis=0) - misses.T @ missed - at / widths**2)
        before = _objective(games, missed, at / widths)
        for stride in (1.0, 0.5, 0.25, 0.1):
            tried = _moved(model, start, knobs, at + stride * towards)
            found, short = worth.games(tried), worth.missed(tried)
            gain = _objective(found, short, (at + stride * towards) / widths) - before
            if gain > 0.0:
                model, at, games, missed = tried, at + stride * towards, found, short
                break
        if gain < ENOUGH:
            break
    return model


def _objective(games: Floats, missed: Floats, at: Floats) -> float:
    return float(games.sum() - 0.5 * (missed**2).sum() - 0.5 * (at**2).sum())


def _scale(knob: Knob, model: Football) -> float:
    value = getattr(model, knob.name)
    value = value if knob.place < 0 else value[knob.place]
    return float(np.log(value / (1.0 - value)) if knob.name in CHANCES else np.log(value))


def _moved(model: Model, start: Model, knobs: Knobs, moves: Floats) -> Model:
    """Return the model with the knobs so far from where they started."""
    changed: dict[str, Any] = {}
    for knob, move in zip(knobs, moves, strict=True):
        odds = float(np.exp(_scale(knob, start) + move))
        value = odds / (1.0 + odds) if knob.name in CHANCES else odds
        whole = changed.get(knob.name, getattr(model, knob.name))
        changed[knob.name] = value if knob.place < 0 else (*whole[: knob.place], value, *whole[knob.place + 1 :])
    return replace(model, **changed)


def _bins(start: Football, played: Played) -> list[_Bin]:
    games = played.only(played.known)
    if not games.margin.size:
        raise ValueError("a fit of football must have games with all their quarters, had none")
    turned = games.margin < 0.0
    points = np.concatenate([games.periods, games.overtime[:, None]], axis=1)
    points[turned] = points[turned, :, ::-1]
    kicks = np.array([start.extra_points(Rules(int(season))) for season in games.season])
    parts = ((np.abs(games.margin), MARGINS), (games.total, TOTALS))
    place = [kicks, *(np.digitize(by, np.quantile(by, np.arange(1, number) / number)) for by, number in parts)]
    cells = np.unique(np.column_stack(place), axis=0, return_inverse=True)[1].ravel()
    return [_bin(games, points, cells == cell) for cell in range(cells.max() + 1)]


def _bin(games: Played, points: Integers, own: NDArray[np.bool_]) -> _Bin:
    margin, total = np.abs(games.margin[own]), games.total[own]
    home, away = points[own].sum(axis=1).T
    went = np.flatnonzero(own & games.went_on)
    rules = [Rules(int(games.season[game]), bool(games.playoff[game])) for game in went]
    overtimes = tuple((each, points[went[[rule == each for rule in rules]], 4]) for each in dict.fromkeys(rules))
    season, misses = Rules(int(games.season[own].max())), np.column_stack([home - away - margin, home + away - total])
    return _Bin(float(margin.mean()), float(total.mean()), season, points[own], misses, overtimes)


def _early(model: Football, own: _Bin, levels: Levels) -> Floats:
    tables = _tables(model, own, levels)
    return np.concatenate([_log(_after(tables, quarter, 0), own.points[:, quarter]) for quarter in range(3)])


def _late(model: Football, own: _Bin, levels: Levels) -> Floats:
    """Return log-likelihoods of the last quarter; the evening would cost a second pass and moves them little."""
    tables, found = _tables(replace(model, evening=0.0), own, levels), np.empty(len(own.points))
    home, away = own.points[:, :3].sum(axis=1).T
    leads = np.clip(home - away, -WIDEST, WIDEST)
    for lead in np.unique(leads):
        found[leads == lead] = _log(_after(tables, 3, int(lead)), own.points[leads == lead, 3])
    return found


def _overtimes(model: Football, own: _Bin, levels: Levels) -> Floats:
    found = [_log(_only_overtime(model.overtime(levels, rules), model.most), points) for rules, points in own.overtimes]
    return np.concatenate([np.empty(0), *found])


def _log(chances: Floats, points: Integers) -> Floats:
    home, away = np.minimum(points, len(chances) - 1).T
    return np.asarray(np.log(np.maximum(chances[home, away], NEVER)))


def _tables(model: Football, own: _Bin, levels: Levels) -> list[tuple[Night, Floats]]:
    """Return the nights with their chances by falling margin, with room on both sides, as the compiled loop reads."""
    room = ((0, 0), (0, 0), (model.most, model.most))
    return [(night, np.pad(night.chances[:, :, ::-1], room, mode="edge")) for night in model.nights(levels, own.rules)]


def _after(tables: list[tuple[Night, Floats]], quarter: int, lead: int) -> Floats:
    """Return the joint chances of the points of one quarter, home being ahead by `lead` before it."""
    found = np.zeros((QUARTER_MOST + 1, QUARTER_MOST + 1))
    for night, deficit in tables:
        gains = np.ascontiguousarray(np.broadcast_to(night.gains, (len(deficit), *night.gains.shape)))
        counts, period = np.full(len(deficit), len(night.gains)), night.periods[quarter]
        mass = np.zeros_like(found)
        mass[0, 0] = night.weight
        found += through_period(mass, deficit, gains, counts, period.plays, period.starts, 2 * night.most - lead)
    return found


def _only_overtime(overtime: Overtime, most: int) -> Floats:
    """Return the joint chances of the points of an overtime."""
    night = Night(1.0, np.zeros((1, 2), dtype=np.int64), np.ones((1, 1, 2 * most + 1)), (), overtime)
    return joint((night,), Window(0, 0, overtime=True))


def _spread(bins: list[_Bin], finals: list[Floats], of_scores: Callable[[Integers, Integers], Integers]) -> float:
    """Return the sd of margins (`np.subtract`) or totals (`np.add`) about their means, over all games of the bins."""
    points = np.arange(len(finals[0]))
    values = of_scores(points[:, None], points)
    variances = [(mass * values**2).sum() - (mass * values).sum() ** 2 for mass in finals]
    return float(np.sqrt(np.average(variances, weights=[len(own.points) for own in bins])))


def _rounded(model: Model) -> Model:
    rounded: dict[str, Any] = {field.name: _digits(getattr(model, field.name)) for field in fields(model)}
    return replace(model, **rounded)


def _digits(value: float | tuple[float, ...]) -> float | tuple[float, ...]:
    return tuple(float(f"{x:.{DIGITS}g}") for x in value) if isinstance(value, tuple) else float(f"{value:.{DIGITS}g}")
