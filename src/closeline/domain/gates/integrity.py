"""Line integrity: a quote that cannot be trusted is never played. It cannot be switched off."""

from closeline.domain.gates.candidate import Candidate, Finding, Limits, block, passed
from closeline.domain.markets import MarketType

GATE = "line_integrity"


def line_integrity(candidate: Candidate, limits: Limits) -> Finding:
    """Block a market that is started, stale, one-sided, off its range or badly summed (safety-v1, L0)."""
    reason = (
        _timing(candidate, limits)
        or ("MARKET_LINE_ONE_SIDED" if candidate.quoted and not candidate.two_sided else "")
        or _range(candidate, limits)
        or _booksum(candidate, limits)
    )
    numbers = {
        "booksum": candidate.booksum,
        "age_minutes": candidate.quote_age_minutes,
        "minutes_to_start": candidate.minutes_to_start,
    }
    return block(GATE, reason, **numbers) if reason else passed(GATE, **numbers)


def _timing(candidate: Candidate, limits: Limits) -> str:
    if candidate.minutes_to_start <= 0:
        return "MARKET_LINE_STARTED"
    return "MARKET_LINE_STALE" if candidate.quote_age_minutes > limits.quote_age_max(candidate.minutes_to_start) else ""


def _range(candidate: Candidate, limits: Limits) -> str:
    selection = candidate.selection
    line = (selection.line_quarters or 0) / 4
    if selection.market.type is MarketType.TOTAL and not limits.total_low <= line <= limits.total_high:
        return "MARKET_LINE_OUT_OF_RANGE"
    if selection.market.type is MarketType.SPREAD and abs(line) > limits.spread_max:
        return "MARKET_LINE_OUT_OF_RANGE"
    if selection.market.type is MarketType.MONEYLINE and abs(candidate.american) > limits.moneyline_max:
        return "MARKET_LINE_OUT_OF_RANGE"
    return ""


def _booksum(candidate: Candidate, limits: Limits) -> str:
    if not candidate.quoted or limits.booksum_low <= candidate.booksum <= limits.booksum_high:
        # A booksum in [.99, 1) is inside the gate but gives money away: shown, never the reference of a pick.
        return "MARKET_LINE_UNDERROUND" if candidate.quoted and candidate.booksum < 1 else ""
    return "MARKET_LINE_BOOKSUM"
