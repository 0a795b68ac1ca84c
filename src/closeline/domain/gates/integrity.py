"""Line integrity: a quote that cannot be trusted is never played. It cannot be switched off."""

from functools import cache
from math import inf

from closeline.domain.gates.candidate import Candidate, Finding, Inputs, block, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.leagues import League
from closeline.domain.markets import PLAYER_TYPES, Market, MarketType
from closeline.domain.settlement.score import segment_of

GATE = "line_integrity"
TOTALS = (MarketType.TOTAL, MarketType.TEAM_TOTAL_HOME, MarketType.TEAM_TOTAL_AWAY)
# A part of a game, and a team, are judged by their share of the game's range, so many times wider both ways: periods
# are not worth the same, and teams are not alike.
WIDER = 1.6
# No player has had as many of anything in a game since games are told in full; a line there is an error.
PLAYER_LINE_MAX = 110.0


def line_integrity(candidate: Candidate, limits: Limits) -> Finding:
    """Block a market that is missing, started, stale, one-sided, off its range or at odds with others (safety-v1, L0).

    The first fault found gives the reason. Every comparison is written so that a number that is none fails it.
    """
    reason = (
        _missing(candidate, limits)
        or _timing(candidate, limits)
        or ("MARKET_LINE_ONE_SIDED" if candidate.quoted and not candidate.two_sided else "")
        or _range(candidate, limits)
        or _booksum(candidate, limits)
        or _company(candidate, limits)
    )
    numbers: Inputs = {
        "booksum": candidate.booksum,
        "age_minutes": candidate.quote_age_minutes,
        "age_max_minutes": _age_max(candidate, limits),
        "minutes_to_start": candidate.minutes_to_start,
        "consensus_line": candidate.standing.consensus_line,
        "outlier_points": limits.outlier_points,
    }
    return block(GATE, reason, **numbers) if reason else passed(GATE, **numbers)


def _missing(candidate: Candidate, limits: Limits) -> str:
    if not candidate.standing.mapped or _share(limits.league, candidate.selection.market) is None:
        return "MARKET_LINE_MAPPING"
    if candidate.standing.suspended:
        return "MARKET_LINE_SUSPENDED"
    # A selection without its line does not exist; a price can be missing.
    return "" if 1.0 < candidate.decimal < inf else "MARKET_LINE_MISSING"


def _timing(candidate: Candidate, limits: Limits) -> str:
    if not candidate.minutes_to_start > 0:
        return "MARKET_LINE_STARTED"
    fresh = 0 <= candidate.quote_age_minutes <= _age_max(candidate, limits)
    # Without a start that is known no age is fresh.
    fresh = fresh and candidate.minutes_to_start < inf
    return "" if fresh and not candidate.standing.consensus_moved else "MARKET_LINE_STALE"


def _age_max(candidate: Candidate, limits: Limits) -> float:
    of = limits.prop_age_max if candidate.selection.market.type in PLAYER_TYPES else limits.quote_age_max
    return of(candidate.minutes_to_start)


def _range(candidate: Candidate, limits: Limits) -> str:
    selection = candidate.selection
    line = (selection.line_quarters or 0) / 4
    share = _share(limits.league, selection.market) or 1.0
    wider = 1.0 if share == 1.0 else WIDER
    low, high = limits.total_low * share / wider, limits.total_high * share * wider
    if selection.market.type in TOTALS and not low <= line <= high:
        return "MARKET_LINE_OUT_OF_RANGE"
    if selection.market.type in PLAYER_TYPES and not 0 < line <= PLAYER_LINE_MAX:
        return "MARKET_LINE_OUT_OF_RANGE"
    if selection.market.type is MarketType.SPREAD and not abs(line) <= limits.spread_max:
        return "MARKET_LINE_OUT_OF_RANGE"
    if selection.market.type is MarketType.MONEYLINE and not abs(candidate.american) <= limits.moneyline_max:
        return "MARKET_LINE_OUT_OF_RANGE"
    return ""


@cache
def _share(league: str, market: Market) -> float | None:
    """Return the share of a game's points that a market is about; null for a period that the league does not have."""
    try:
        segment = segment_of(League(league), market.period)
    except ValueError:
        return None
    stop = segment.of if segment.stop is None else segment.stop
    return (stop - segment.start) / segment.of / (1 if market.type is MarketType.TOTAL else 2)


def _booksum(candidate: Candidate, limits: Limits) -> str:
    of_player = candidate.selection.market.type in PLAYER_TYPES
    high = limits.prop_booksum_high if of_player else limits.booksum_high
    if not candidate.quoted or limits.booksum_low <= candidate.booksum <= high:
        # A booksum in [.99, 1) is inside the gate but gives money away: shown, never the reference of a pick.
        return "MARKET_LINE_UNDERROUND" if candidate.quoted and candidate.booksum < 1 else ""
    return "MARKET_LINE_BOOKSUM"


def _company(candidate: Candidate, limits: Limits) -> str:
    """Judge a quote by its own other side, by its book's other market and by the other books."""
    standing = candidate.standing
    if not standing.mirrored or standing.favourite_differs:
        return "MARKET_LINE_INCONSISTENT"
    if standing.consensus_line is None or candidate.selection.line_quarters is None:
        return ""
    near = abs(candidate.selection.line_quarters / 4 - standing.consensus_line) <= limits.outlier_points
    return "" if near else "MARKET_LINE_OUTLIER"
