"""The fitted numbers of a league's rating filters, and their exact JSON text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields

import numpy as np


@dataclass(frozen=True, slots=True)
class GroupParameters:
    """How the states of one kind begin and move; every variance is a multiple of the result variance R.

    A state starts at `prior_mean` (points) with `prior_variance`, gains `drift` per day, and between seasons
    keeps `carry_over` of its distance from its prior mean and gains `season_variance`.
    """

    prior_mean: float
    prior_variance: float
    drift: float
    carry_over: float
    season_variance: float

    def __post_init__(self) -> None:
        """Refuse numbers that are no variances."""
        for name in ("prior_variance", "drift", "season_variance"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0.0):
                raise ValueError(f"{name} must be finite and not negative, was {getattr(self, name)}")
        if not (np.isfinite(self.prior_mean) and 0.0 <= self.carry_over <= 1.0):
            raise ValueError(f"carry_over must lie in [0, 1], was {self.carry_over}")


@dataclass(frozen=True, slots=True)
class RestParameters:
    """Which gaps since a team's last game count as short or long rest, in days.

    A gap above `longest` is a season's start or a break, and counts as neither. The effects are states
    themselves (constant, prior mean 0, `prior_variance` a multiple of R), learned with everything else.
    """

    short: int
    long: int
    longest: int
    prior_variance: float


@dataclass(frozen=True, slots=True)
class TrackParameters:
    """One filter: R (points squared), R2 of the closing line (None: results alone), and its kinds of state.

    `level` is the home edge of a margin and the league level of a total. `newcomer_mean` (points) is the
    prior mean of a team first seen after the first season. A close further than `close_gate` standard
    deviations of its innovation from the forecast is taken for a wrong line (a sign turned round) and not
    learned. `sd_factor` brings the filter's own deviation to the size of its misses of the closing mean. An
    absent kind is None.
    """

    result_variance: float
    close_variance: float | None
    level: GroupParameters
    team: GroupParameters
    newcomer_mean: float = 0.0
    rest: RestParameters | None = None
    venue: GroupParameters | None = None
    pitcher: GroupParameters | None = None
    close_gate: float = 6.0
    sd_factor: float = 1.0

    def __post_init__(self) -> None:
        """Refuse variances and factors that are not positive."""
        for name in ("result_variance", "close_variance", "close_gate", "sd_factor"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0.0):
                raise ValueError(f"{name} must be positive, was {value}")


@dataclass(frozen=True, slots=True)
class RatingParameters:
    """A league's two filters, with the seasons and the way in which their numbers were obtained."""

    league: str
    margin: TrackParameters
    total: TrackParameters
    fitted_on: str
    source: str

    def to_json(self) -> str:
        """Return the exact text.

        Equal parameters give equal bytes, and reading it back gives equal parameters.
        """
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def version(self) -> str:
        """Return the SHA-256 of the exact text, hexadecimal: the name of these parameters."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> RatingParameters:
        """Read the text of `to_json`; ValueError for anything else."""
        whole = _members(json.loads(text), RatingParameters)
        return cls(
            league=str(whole["league"]),
            margin=_track(whole["margin"]),
            total=_track(whole["total"]),
            fitted_on=str(whole["fitted_on"]),
            source=str(whole["source"]),
        )


def _track(value: object) -> TrackParameters:
    members = _members(value, TrackParameters)
    close = members["close_variance"]
    return TrackParameters(
        result_variance=_number(members["result_variance"]),
        close_variance=None if close is None else _number(close),
        level=_needed(members["level"]),
        team=_needed(members["team"]),
        newcomer_mean=_number(members["newcomer_mean"]),
        rest=_rest(members["rest"]),
        venue=_group(members["venue"]),
        pitcher=_group(members["pitcher"]),
        close_gate=_number(members["close_gate"]),
        sd_factor=_number(members["sd_factor"]),
    )


def _group(value: object) -> GroupParameters | None:
    if value is None:
        return None
    return GroupParameters(**{name: _number(x) for name, x in _members(value, GroupParameters).items()})


def _needed(value: object) -> GroupParameters:
    group = _group(value)
    if group is None:
        raise ValueError("level and team must be given, were null")
    return group


def _rest(value: object) -> RestParameters | None:
    if value is None:
        return None
    members = {name: _number(x) for name, x in _members(value, RestParameters).items()}
    days = {name: int(members[name]) for name in ("short", "long", "longest")}
    return RestParameters(**days, prior_variance=members["prior_variance"])


def _members(value: object, kind: type) -> dict[str, object]:
    names = {field.name for field in fields(kind)}
    if not isinstance(value, dict) or set(value) != names:
        raise ValueError(f"{kind.__name__} must be an object with {sorted(names)}, was {value!r:.200}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        fault = f"a rating parameter must be a number, was {value!r}"
        raise ValueError(fault)  # noqa: TRY004 - a wrong text is a wrong value
    return float(value)
