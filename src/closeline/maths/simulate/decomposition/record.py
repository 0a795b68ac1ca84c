"""The record of a decomposition: its figures, the sum that must hold, and its exact text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import NoReturn

from closeline.domain.clock import aware
from closeline.domain.digits import of_fit
from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName, moved_by

SUM_ERROR_MAX = 1e-9  # points by which adjustments may miss the move that they explain
BEYOND = 1e12  # no count of points is as large, and no number that is none passes a comparison with it


@dataclass(frozen=True, slots=True)
class Figure:
    """A number beside the league's own; z: the points of the team that the difference is worth, in their sd."""

    value: float
    baseline: float
    z: float

    def kept(self) -> Figure:
        """Return the figure as it is stored."""
        return Figure(of_fit(self.value), of_fit(self.baseline), of_fit(self.z))


@dataclass(frozen=True, slots=True)
class Rate:
    """The chance that a unit ends so. What is worth no points has a z of 0."""

    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class TeamUnits:
    """How a team gets its points: plays of regulation in which it can score, points per play, and how they come.

    The z of the rates sum to the z of the efficiency. overtime_points: what is expected after regulation.
    """

    units: Figure
    efficiency: Figure
    rates: tuple[Rate, ...]
    overtime_points: float

    @property
    def regulation_points(self) -> float:
        """Return units x efficiency: the points that the team is expected to score in regulation."""
        return self.units.value * self.efficiency.value

    @property
    def points(self) -> float:
        """Return the points that the team is expected to score, overtime included."""
        return self.regulation_points + self.overtime_points

    def kept(self) -> TeamUnits:
        """Return the team's figures as they are stored."""
        rates = tuple(Rate(rate.label, rate.figure.kept()) for rate in self.rates)
        return TeamUnits(self.units.kept(), self.efficiency.kept(), rates, of_fit(self.overtime_points))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far the simulated outcome spreads: sds of margin and total (points), and what all chances sum to."""

    margin_sd: float
    total_sd: float
    mass: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A forecast's parts: both teams' units, and the adjustments that lead from the base rating's means to its own.

    outcome: what came of them once simulated, null before. overtime: P(tied after regulation) with all that is open,
    news too, before any weighing of scores to fitted margins and totals; null where it was not kept.
    """

    team_home: TeamUnits
    team_away: TeamUnits
    adjustments: tuple[Adjustment, ...]
    base_margin: float
    base_total: float
    margin: float
    total: float
    outcome: Outcome | None = None
    overtime: float | None = None

    def __post_init__(self) -> None:
        """Refuse adjustments that do not sum to the move, a base rating among them, and an overtime of no chance."""
        if self.overtime is not None and not 0.0 <= self.overtime <= 1.0:
            raise ValueError(f"overtime must be a chance between 0 and 1, was {self.overtime}")
        if any(adjustment.name is AdjustmentName.BASE_RATING for adjustment in self.adjustments):
            raise ValueError("adjustments must not hold BASE_RATING: it is what they move")
        moved = moved_by(self.adjustments)
        wanted = (self.margin - self.base_margin, self.total - self.base_total)
        for name, found, needed in zip(("margin", "total"), moved, wanted, strict=True):
            # Written so that a sum that is no number fails as well.
            if not abs(found - needed) <= SUM_ERROR_MAX:
                raise ValueError(f"adjustments of the {name} must sum to {needed:.12g}, summed to {found:.12g}")

    def kept(self) -> Decomposition:
        """Return the decomposition as it is stored: with as many digits as every machine agrees on."""
        found = self.outcome
        if found is not None:
            found = Outcome(of_fit(found.margin_sd), of_fit(found.total_sd), of_fit(found.mass))
        overtime = None if self.overtime is None else of_fit(self.overtime)
        return replace(
            self, team_home=self.team_home.kept(), team_away=self.team_away.kept(), outcome=found, overtime=overtime
        )

    def to_json(self) -> str:
        """Return the exact text; equal decompositions give equal bytes, and reading it back gives them again."""
        return json.dumps(asdict(self), default=_moment, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Decomposition:
        """Read the text of `to_json`; ValueError for anything else."""
        content = json.loads(text)
        # Stored before outcomes, or overtimes, were kept.
        unkept = {"outcome": None, "overtime": None}
        whole = _members(unkept | content if isinstance(content, dict) else content, Decomposition)
        home, away = _team(whole["team_home"]), _team(whole["team_away"])
        adjustments = tuple(_adjustment(item) for item in _items(whole["adjustments"]))
        base_margin, base_total, margin, total = (
            _number(whole[name]) for name in ("base_margin", "base_total", "margin", "total")
        )
        outcome = None if whole["outcome"] is None else _outcome(whole["outcome"])
        overtime = None if whole["overtime"] is None else _number(whole["overtime"])
        return cls(home, away, adjustments, base_margin, base_total, margin, total, outcome, overtime)


def _moment(value: object) -> str:
    assert isinstance(value, datetime), f"only times are not JSON already, was {type(value).__name__}"
    return aware(value).isoformat()


def _team(value: object) -> TeamUnits:
    found = _members(value, TeamUnits)
    rates = [_members(item, Rate) for item in _items(found["rates"])]
    return TeamUnits(
        _figure(found["units"]), _figure(found["efficiency"]),
        tuple(Rate(_text(rate["label"]), _figure(rate["figure"])) for rate in rates), _number(found["overtime_points"]),
    )  # fmt: skip


def _outcome(value: object) -> Outcome:
    return Outcome(**{name: _number(item) for name, item in _members(value, Outcome).items()})


def _figure(value: object) -> Figure:
    return Figure(**{name: _number(item) for name, item in _members(value, Figure).items()})


def _adjustment(value: object) -> Adjustment:
    found = _members(value, Adjustment)
    known_at = None if found["known_at"] is None else datetime.fromisoformat(_text(found["known_at"]))
    points = _number(found["margin_points"]), _number(found["total_points"])
    return Adjustment(AdjustmentName(_text(found["name"])), *points, _text(found["source"]), known_at)


def _members(value: object, kind: type) -> dict[str, object]:
    names = {field.name for field in fields(kind)}
    if not isinstance(value, dict) or set(value) != names:
        raise ValueError(f"{kind.__name__} must be an object with {sorted(names)}, was {value!r:.200}")
    return value


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else _fault("a list", value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < BEYOND:
        _fault("a number", value)
    return float(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else _fault("text", value)


def _fault(wanted: str, value: object) -> NoReturn:
    raise ValueError(f"a decomposition must hold {wanted} there, held {value!r:.200}")
