"""The declared table of all 134 features, in the order of the columns, and what of it cannot be had, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.props.features.feature import NOT_IN_LOGS, Feature, Input
from closeline.maths.props.features.match_list import CONTEXT, MATCHUP
from closeline.maths.props.features.player_list import ADVANCED, INJURY, POSITION, ROLLING, TREND

if TYPE_CHECKING:
    from closeline.maths.props.logs import PlayerLogs

FEATURES: tuple[Feature, ...] = (*ROLLING, *TREND, *MATCHUP, *CONTEXT, *ADVANCED, *POSITION, *INJURY)
NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
_PLACES = {name: place for place, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Absence:
    """A feature that is null in every row, and the reason."""

    feature: Feature
    reason: str


def column(name: str) -> int:
    """Return the place of a feature's column; raises ValueError for a name that is not declared."""
    if name not in _PLACES:
        raise ValueError(f"a feature must be one of the {len(NAMES)} declared, was {name}")
    return _PLACES[name]


def missing(feature: Feature) -> str:
    """Say why a feature is null by declaration; empty where it is not."""
    return "; ".join(NOT_IN_LOGS[needed] for needed in feature.inputs if needed in NOT_IN_LOGS)


def unavailable(logs: PlayerLogs | None = None) -> tuple[Absence, ...]:
    """Return the features that are null by declaration, and with logs also those that these logs cannot supply."""
    reasons = {feature.name: missing(feature) for feature in FEATURES}
    lacking = {} if logs is None else _lacking(logs)
    for feature in FEATURES:
        told = [lacking[needed] for needed in feature.inputs if needed in lacking]
        reasons[feature.name] = reasons[feature.name] or "; ".join(told)
    return tuple(Absence(feature, reasons[feature.name]) for feature in FEATURES if reasons[feature.name])


def _lacking(logs: PlayerLogs) -> dict[Input, str]:
    context = logs.context
    found = {}
    if not (np.isfinite(context.total) | np.isfinite(context.spread)).any():
        found[Input.MARKET] = "no price of the game was received by its cut-off"
    if not len(logs.reports.player):
        found[Input.REPORTS] = "no report of an injury is on file"
    if not np.any(context.starts_at):
        found[Input.START_TIME] = "no start time is on file"
    if Input.MARKET not in found and not np.any(context.cutoff):
        found[Input.MARKET] = "no game has a cut-off, so that no price is known to be before it"
    if Input.REPORTS not in found and not np.any(context.cutoff):
        found[Input.REPORTS] = "no game has a cut-off, so that no report is known to be before it"
    return found
