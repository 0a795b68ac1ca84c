"""Sums: what the picks of a cohort add up to, in whole numbers, so that the order of adding changes nothing."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from closeline.domain.cohorts import NOTHING, Cohort, Dimension, cohort, hours_to_start
from closeline.domain.digits import FORMULA_DECIMALS
from closeline.domain.ids import canonical_json
from closeline.domain.markets import is_of_players, kind_of
from closeline.domain.settlement import Result
from closeline.domain.settlement.outcomes import void_before_play
from closeline.domain.settlement.props import DNP
from closeline.store.desk.endings import Ending

# Probabilities and scores are stored to so many decimals: as whole numbers of the last one, nothing of them is lost.
SCALE: int = 10**FORMULA_DECIMALS
MICROS = 1_000_000
_CLIP = 1e-6


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts, and sums in units of 1e-12 (`_e12`) or of a millionth (`_micros`).

    settled: graded and not void. sat_out: void as the player did not play. promised: of both, for what a pick on a
    player promises has that chance in it. highest: what all graded could have won, voids too: a bound must not know the
    outcome. scored: won or lost. unplayed: void before play. valued: graded, not unplayed, with a close. priced:
    settled, with an expected return at the close. missing: graded, not unplayed, without a close.
    """

    published: int = 0
    graded: int = 0
    wins: int = 0
    losses: int = 0
    pushes: int = 0
    voids: int = 0
    unplayed: int = 0
    settled: int = 0
    sat_out: int = 0
    units_micros: int = 0
    staked_units_micros: int = 0
    highest_micros: int = 0
    promised_e12: int = 0
    promised_variance_e12: int = 0
    scored: int = 0
    brier_e12: int = 0
    log_loss_e12: int = 0
    brier_market_e12: int = 0
    scored_closed: int = 0
    brier_closed_e12: int = 0
    brier_close_e12: int = 0
    valued: int = 0
    clv_e12: int = 0
    clv_square_e12: int = 0
    clv_positive: int = 0
    clv_negative: int = 0
    priced: int = 0
    priced_units_micros: int = 0
    at_close_e12: int = 0
    at_close_variance_e12: int = 0
    missing: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write the sums as canonical JSON; noughts are left out."""
        held = {item.name: getattr(self, item.name) for item in fields(self)}
        return canonical_json({name: value for name, value in held.items() if value})

    @staticmethod
    def from_json(text: str) -> "Sums":
        """Read what `to_json` wrote."""
        return Sums(**json.loads(text))


def total(parts: Iterable[Sums]) -> Sums:
    """Add sums up."""
    numbers: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for part in parts:
        for name in _NUMBERS:
            numbers[name] += getattr(part, name)
        missing.update(part.missing)
    return _made(numbers, {reason: missing[reason] for reason in sorted(missing)})


_NUMBERS = tuple(item.name for item in fields(Sums) if item.name != "missing")


def cohort_of(item: Ending) -> Cohort:
    """Return the finest cohort of a pick: its value of every dimension."""
    return cohort(
        {
            Dimension.LEAGUE: item.league,
            Dimension.MARKET: kind_of(item.market_key),
            Dimension.DECISION: item.decision,
            Dimension.TIER: item.tier or NOTHING,
            Dimension.BOOK: _word(item.book),
            Dimension.HOURS: hours_to_start(item.published_at, item.starts_at),
            Dimension.POLICY: _word(item.policy_version),
            Dimension.CALIBRATION: _word(item.calibration_version),
        }
    )


def _word(text: str) -> str:
    # What a key joins and parts with is not part of a name in it.
    return text.replace(",", "_").replace("=", "_") or NOTHING


def sums_of(item: Ending) -> Sums:
    """Return what one pick adds to its cohort."""
    grade = item.grade
    if grade is None:
        return Sums(published=1)
    counts = {_COUNTS[Result(grade.result)]: 1, "published": 1, "graded": 1, "highest_micros": _highest(item)}
    if not played(item):
        sat_out = {"sat_out": 1, **_promised(item)} if _sat_out(item) else {}
        return _made(counts | {"unplayed": 1} | sat_out)
    money = {} if grade.result == Result.VOID else _money(item) | _scores(item) | _priced(item)
    return _made(counts | money | _closing(item), _missing(item))


def played(item: Ending) -> bool:
    """Say whether a pick is graded and was in play, so that its closing-line value counts."""
    grade = item.grade
    return grade is not None and not (grade.result == Result.VOID and void_before_play(grade.reason))


def _made(numbers: Mapping[str, int], missing: Mapping[str, int] | None = None) -> Sums:
    held: dict[str, Any] = {**numbers, "missing": missing or {}}
    return Sums(**held)


_COUNTS = {Result.WIN: "wins", Result.LOSS: "losses", Result.PUSH: "pushes", Result.VOID: "voids"}


def _money(item: Ending) -> dict[str, int]:
    units = item.grade.units_micros if item.grade else 0
    return {
        "settled": 1,
        "units_micros": units,
        # Nobody stakes less than a millionth: what is rounded here is nobody's money.
        "staked_units_micros": round(units * item.stake_micros / MICROS),
        **_promised(item),
    }


def _promised(item: Ending) -> dict[str, int]:
    return {
        "promised_e12": _whole(item.ev_per_unit),
        "promised_variance_e12": _whole(_variance(item.ev_per_unit, item.price)),
    }


def _sat_out(item: Ending) -> bool:
    # Counting only those who played would promise too little: the push of such a pick has this void in it.
    return item.grade is not None and item.grade.reason == DNP and is_of_players(item.market_key)


def _highest(item: Ending) -> int:
    # Upwards, as a profit may have been rounded.
    return math.ceil((item.price - 1.0) * MICROS)


def _variance(expected: float, price: float) -> float:
    """Return the variance of one unit at `price` that is expected to return so much, as if nothing could push."""
    chance = min(max((1.0 + expected) / price, 0.0), 1.0)
    return price * price * chance * (1.0 - chance)


def _scores(item: Ending) -> dict[str, int]:
    grade = item.grade
    if grade is None or grade.brier is None or grade.log_loss is None or grade.brier_market is None:
        return {}
    scored = {
        "scored": 1,
        "brier_e12": _whole(grade.brier),
        "log_loss_e12": _whole(grade.log_loss),
        "brier_market_e12": _whole(grade.brier_market),
    }
    if item.track is None or item.track.q_close is None:
        return scored
    won = 1.0 if grade.result == Result.WIN else 0.0
    return scored | {
        "scored_closed": 1,
        "brier_closed_e12": _whole(grade.brier),
        "brier_close_e12": _whole((item.track.q_close - won) ** 2),
    }


def _closing(item: Ending) -> dict[str, int]:
    track = item.track
    if track is None or track.clv_prob is None:
        return {}
    return {
        "valued": 1,
        "clv_e12": _whole(track.clv_prob),
        "clv_square_e12": _whole(track.clv_prob**2),
        "clv_positive": int(track.clv_prob > 0.0),
        "clv_negative": int(track.clv_prob < 0.0),
    }


def _priced(item: Ending) -> dict[str, int]:
    track = item.track
    if track is None or track.clv_prob is None or track.clv_ev is None or item.grade is None:
        return {}
    return {
        "priced": 1,
        "priced_units_micros": item.grade.units_micros,
        "at_close_e12": _whole(track.clv_ev),
        "at_close_variance_e12": _whole(_variance(track.clv_ev, item.price)),
    }


NOT_REVIEWED = "NOT_REVIEWED"


def _missing(item: Ending) -> dict[str, int]:
    if item.track is None:
        return {NOT_REVIEWED: 1}
    return {} if item.track.clv_prob is not None else {item.track.missing_reason or NOT_REVIEWED: 1}


def _whole(value: float) -> int:
    """Return a number in units of 1e-12, rounded once and the same on every machine."""
    assert math.isfinite(value)
    return round(value * SCALE)
