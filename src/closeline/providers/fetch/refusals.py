"""What a vendor's refusal means: by its own code where the body has one, else by its text and status.

Source of codes and statuses: The Odds API's error codes. A vendor without codes is read by its status alone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from closeline.domain.errors import BadInput
from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.providers.strict_json import loads

_BAD_REQUESTS = (
    "INVALID_MARKET", "INVALID_MARKET_COMBO", "MISSING_MARKET", "INVALID_REGION", "MISSING_REGION",
    "INVALID_BOOKMAKERS", "INVALID_SPORT", "UNKNOWN_SPORT", "INVALID_DATE_FORMAT", "INVALID_ODDS_FORMAT",
    "INVALID_EVENT_ID", "INVALID_EVENT_IDS", "INVALID_SCORES_DAYS_FROM", "INVALID_COMMENCE_TIME_FROM",
    "INVALID_COMMENCE_TIME_TO", "INVALID_COMMENCE_TIME_RANGE", "MISSING_HISTORICAL_TIMESTAMP",
    "INVALID_HISTORICAL_TIMESTAMP", "HISTORICAL_MARKETS_UNAVAILABLE_AT_DATE", "INVALID_INCLUDE_LINKS",
    "INVALID_INCLUDE_SIDS", "INVALID_INCLUDE_BET_LIMITS", "INVALID_INCLUDE_MULTIPLIERS",
    "INVALID_INCLUDE_ROTATION_NUMBERS", "INVALID_ALL_SPORTS_PARAM", "INVALID_PARTICIPANT_ID", "INVALID_STATUS",
)  # fmt: skip
CODES: Mapping[str, CallOutcome] = {
    "MISSING_KEY": CallOutcome.BAD_KEY,
    "INVALID_KEY": CallOutcome.BAD_KEY,
    "DEACTIVATED_KEY": CallOutcome.BAD_KEY,
    "OUT_OF_USAGE_CREDITS": CallOutcome.OUT_OF_CREDITS,
    "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN": CallOutcome.NOT_ON_PLAN,
    "EVENT_NOT_FOUND": CallOutcome.NOT_FOUND,
    "EXCEEDED_FREQ_LIMIT": CallOutcome.TOO_FAST,
    **dict.fromkeys(_BAD_REQUESTS, CallOutcome.BAD_REQUEST),
}
# Longest first: INVALID_MARKET is the beginning of INVALID_MARKET_COMBO.
_LONGEST_FIRST = tuple(sorted(CODES, key=len, reverse=True))
_STATUSES = {401: CallOutcome.BAD_KEY, 404: CallOutcome.NOT_FOUND, 429: CallOutcome.TOO_FAST}
_CODE_LENGTH_MAX = 60
_DIGITS_MAX = 9
_DATE_LENGTH_MAX = 60


def outcome_of(status: int, body: bytes, allowance: Allowance) -> tuple[CallOutcome, str]:
    """Return what an answer's status and body mean, and the vendor's own code where it gave one."""
    if 200 <= status < 300:
        return CallOutcome.OK, ""
    if 300 <= status < 400:
        return CallOutcome.REDIRECTED, ""
    if status >= 500:
        return CallOutcome.SERVER_FAULT, ""
    code = _told(body) or _scanned(body)
    if code in CODES:
        return CODES[code], code
    if status == 401 and allowance.remaining == 0:
        return CallOutcome.OUT_OF_CREDITS, code
    return _STATUSES.get(status, CallOutcome.BAD_REQUEST), code


def _told(body: bytes) -> str:
    """Return the code of a JSON body; empty where there is none."""
    try:
        value = loads(body, "answer")
    except BadInput:
        return ""
    code = value.get("error_code") if isinstance(value, dict) else None
    plain = isinstance(code, str) and code.isascii() and code.isprintable()
    return code[:_CODE_LENGTH_MAX] if plain and isinstance(code, str) else ""


def _scanned(body: bytes) -> str:
    text = body.decode("latin-1")
    return next((code for code in _LONGEST_FIRST if code in text), "")


def allowance_of(headers: Mapping[str, str]) -> Allowance:
    """Return what the headers say of our credits; what is no whole number says nothing."""
    remaining, used, last = (_count(headers.get(f"x-requests-{name}")) for name in ("remaining", "used", "last"))
    return Allowance(remaining, used, last)


def seconds_in(value: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After, given as such or as the date of RFC 9110; anything else says nothing.

    A date that has passed asks for no wait. Whoever waits sets the most that is waited, for both forms.
    """
    found = _count(value)
    if found is not None:
        return float(found)
    until = _date(value)
    return None if until is None else min(max(0.0, (until - now).total_seconds()), 10.0**_DIGITS_MAX - 1)


def _date(text: str | None) -> datetime | None:
    if text is None or not text.isascii() or len(text) > _DATE_LENGTH_MAX:
        return None
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _count(text: str | None) -> int | None:
    stripped = "" if text is None else text.strip()
    plain = stripped.isascii() and stripped.isdigit() and len(stripped) <= _DIGITS_MAX
    return int(stripped) if plain else None
