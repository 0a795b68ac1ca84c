"""Reality check: a projection that no game of the league could have is not played."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, Inputs, block, inactive, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.gates.projection import Projection
from closeline.domain.gates.rolling import HOME_WIN_RATE, OVERTIME_RATE
from closeline.domain.markets import MarketType, Period
from closeline.domain.picks import Decision

GATE = "reality_check"
# All of section 6.2 of the domain notes: closing sds from the baseline, quantiles of the line, the identity's share.
FAR, TOO_FAR = 2.5, 3.0
QUANTILE = 0.01
IDENTITY = 0.02
NARROW = 0.75
WHOLE = 1e-9
# No player has been expected to have as many of anything in a game.
PLAYER_MEAN_MAX = 100.0
# Whoever wins too often wins by too much as well, in every part of the game.
MARGINS = frozenset({MarketType.MONEYLINE, MarketType.MONEYLINE_3WAY, MarketType.SPREAD})


def reality_check(candidate: Candidate, limits: Limits) -> Finding:
    """Block a mean out of the league's range, far from its baseline, or that its own parts do not make (safety-v1, L1).

    A total between 2.5 and 3 closing sds from the baseline keeps its state and loses confidence. Overtime and home wins
    are judged on the league's rolling table, never on one game, and what they say holds for markets that were not
    simulated too; a distribution too wide is the variance rule's.
    """
    projection = candidate.projection
    if not 0.0 < candidate.p_calibrated < 1.0:
        return block(GATE, "RCL_FAIL", fault="probability", p_calibrated=candidate.p_calibrated)
    rolling = _rolling_fault(candidate)
    if rolling:
        return block(GATE, "RCL_FAIL", fault=rolling, day=candidate.baseline.day if candidate.baseline else "")
    if projection is None:
        return block(GATE, "RCL_FAIL", fault="projection") if candidate.projection_due else inactive(GATE)
    return _of_player(projection) if candidate.player is not None else _of_game(candidate, projection, limits)


def _of_game(candidate: Candidate, projection: Projection, limits: Limits) -> Finding:
    of_total = candidate.selection.market.type is MarketType.TOTAL
    away = _sds_away(projection, limits) if of_total else None
    numbers: Inputs = {
        "mean": projection.mean,
        "sd": projection.sd,
        "baseline_mean": projection.baseline_mean,
        "closing_sds_away": away,
        "line_quantile": projection.line_quantile,
        "built_mean": projection.built_mean,
        "mass": projection.mass,
    }
    fault = _fault(projection, limits, away, of_total=of_total)
    if fault:
        return block(GATE, "RCL_FAIL", **numbers, fault=fault)
    if away is not None and away > FAR:
        inputs = tuple(sorted(numbers.items()))
        return Finding(GATE, Action.CAP, Decision.PICK, "RCL_FAR", cap=limits.confidence_cap, inputs=inputs)
    return passed(GATE, **numbers)


def _of_player(projection: Projection) -> Finding:
    """Judge a player's forecast: its chances are whole, its mean one that a player can have, the line within it."""
    quantile = projection.line_quantile
    checks = (
        ("mass", abs(projection.mass - 1.0) <= WHOLE),
        ("range", 0.0 < projection.mean <= PLAYER_MEAN_MAX and 0.0 < projection.sd < PLAYER_MEAN_MAX),
        ("quantile", quantile is None or QUANTILE <= quantile <= 1.0 - QUANTILE),
    )
    numbers: Inputs = {
        "mean": projection.mean, "sd": projection.sd, "line_quantile": quantile, "mass": projection.mass,
    }  # fmt: skip
    fault = next((name for name, holds in checks if not holds), "")
    return block(GATE, "RCL_FAIL", **numbers, fault=fault) if fault else passed(GATE, **numbers)


def _rolling_fault(candidate: Candidate) -> str:
    """Name what the league's last games say against this market: the row in force has judged them together."""
    triggers = candidate.baseline.triggers if candidate.baseline else ()
    market = candidate.selection.market
    if HOME_WIN_RATE in triggers and market.type in MARGINS:
        return "home_win_rate"
    return "overtime_rate" if OVERTIME_RATE in triggers and market.period is Period.FULL_GAME else ""


def _sds_away(projection: Projection, limits: Limits) -> float | None:
    if projection.baseline_mean is None:
        return None
    return abs(projection.mean - projection.baseline_mean) / limits.closing_total_sd


def _fault(projection: Projection, limits: Limits, away: float | None, *, of_total: bool) -> str:
    """Name the first check that fails. Each is written so that a number that is none fails it."""
    low, high = (limits.total_low, limits.total_high) if of_total else (-limits.margin_mean_max, limits.margin_mean_max)
    reference = limits.reference_total_sd if of_total else limits.reference_margin_sd
    quantile, built = projection.line_quantile, projection.built_mean
    checks = (
        ("mass", abs(projection.mass - 1.0) <= WHOLE),
        ("range", low <= projection.mean <= high),
        ("baseline", away is None or away <= TOO_FAR),
        ("quantile", quantile is None or QUANTILE <= quantile <= 1.0 - QUANTILE),
        ("identity", not of_total or built is None or abs(projection.mean - built) <= IDENTITY * abs(projection.mean)),
        ("narrow", projection.sd >= NARROW * reference),
    )
    return next((name for name, holds in checks if not holds), "")
