"""The Odds API v4 as its vendor would answer: parameters, filters, price formats, and what each call costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from closeline.domain.leagues import SPORT_KEYS
from closeline.domain.odds import american_to_decimal
from closeline.providers.fields import instant
from closeline.providers.simulator.asking import Call, Endpoint
from closeline.providers.simulator.recording import Ending, Record, Recording, stamp, title_of
from closeline.providers.strict_json import Json

FEATURED = ("h2h", "spreads", "totals")
BOOKS_PER_REGION = 10
HISTORICAL_TIMES = 10
SCORES_WITH_DAYS = 2
HISTORICAL_EVERY = timedelta(minutes=5)
_CENTS = Decimal("0.01")


class Manner(StrEnum):
    """How an answer's bytes go over the wire."""

    WHOLE = "WHOLE"
    SLOW = "SLOW"
    CUT = "CUT"
    RESET = "RESET"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is sent: a value, until a fault or the sender turns it into bytes.

    cost: credits that it takes. headers: beside those of the credits. content: bytes that go instead of `value`.
    remaining, used: what it says of the credits, where that is not what was counted.
    """

    status: int
    value: Json
    cost: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    manner: Manner = Manner.WHOLE
    remaining: int | None = None
    used: int | None = None

    @property
    def body(self) -> bytes:
        """Return the bytes to send."""
        return dumped(self.value) if self.content is None else self.content


def dumped(value: Json) -> bytes:
    """Return JSON as the vendor writes it: numbers as numbers, nothing between the parts."""
    return json.dumps(value, default=float, separators=(",", ":")).encode()


def refusal(status: int, code: str, message: str) -> Answer:
    """Return a refusal in the vendor's words."""
    page = "https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html"
    return Answer(status, {
        "message": message, "error_code": code, "details_url": f"{page}#{code.lower().replace('_', '-')}",
    })  # fmt: skip


def answer(recording: Recording, call: Call) -> Answer:
    """Return what the vendor would say to a call; what it does not know is a refusal."""
    if call.endpoint is Endpoint.SPORTS:
        return Answer(200, _sports(recording))
    if call.sport not in recording.sports():
        return refusal(404, "UNKNOWN_SPORT", f"Unknown sport {call.sport!r}")
    fault = _misasked(call)
    return fault or _ANSWERS[call.endpoint](recording, call)


def _sports(recording: Recording) -> Json:
    return [
        {
            "key": key, "group": key.partition("_")[0], "title": title_of(SPORT_KEYS[key],
            synthetic=recording.synthetic), "description": "", "active": True, "has_outrights": False,
        }
        for key in recording.sports()
    ]  # fmt: skip


def _misasked(call: Call) -> Answer | None:
    if call.endpoint not in (Endpoint.ODDS, Endpoint.EVENT_ODDS, Endpoint.HISTORICAL_ODDS):
        return None
    if not call.listed("regions") and not call.listed("bookmakers"):
        return refusal(422, "MISSING_REGION", "Missing regions or bookmakers")
    markets = call.listed("markets") or ("h2h",)
    if call.endpoint is not Endpoint.EVENT_ODDS and not set(markets) <= set(FEATURED):
        return refusal(422, "INVALID_MARKET", f"Markets not supported by this endpoint: {', '.join(markets)}")
    if call.query.get("oddsFormat", "decimal") not in ("decimal", "american"):
        return refusal(422, "INVALID_ODDS_FORMAT", "Invalid oddsFormat")
    return None


def _events(recording: Recording, call: Call) -> Answer:
    return Answer(200, [
        {name: value for name, value in event.items() if name != "bookmakers"}
        for event in _asked_for(recording.board(call.sport, call.at), call)
    ])  # fmt: skip


def _odds(recording: Recording, call: Call) -> Answer:
    events = [_offered(event, call) for event in _asked_for(recording.board(call.sport, call.at), call)]
    cost = len(call.listed("markets") or ("h2h",)) * _regions(call)
    return Answer(200, list(events), cost if events else 0)


def _event_odds(recording: Recording, call: Call) -> Answer:
    for event in recording.board(call.sport, call.at):
        if event["id"] == call.event:
            offered = _offered(event, call)
            return Answer(200, offered, len(_keys(offered)) * _regions(call))
    return refusal(404, "EVENT_NOT_FOUND", "Event not found. The event may have expired or the event id is invalid.")


def _scores(recording: Recording, call: Call) -> Answer:
    days = call.query.get("daysFrom", "")
    if days and days not in ("1", "2", "3"):
        return refusal(422, "INVALID_SCORES_DAYS_FROM", "daysFrom must be 1 to 3")
    back = timedelta(days=int(days)) if days else timedelta(0)
    title = title_of(SPORT_KEYS[call.sport], synthetic=recording.synthetic)
    found: list[Json] = [
        _score(ending, call, title)
        for ending in recording.endings(call.sport, call.at)
        if not ending.over or (back and call.at - ending.starts_at <= back)
    ]
    return Answer(200, found, SCORES_WITH_DAYS if days else 1)


def _score(ending: Ending, call: Call, title: str) -> Record:
    scores: Json = None
    if ending.over:
        scores = [
            {"name": ending.home, "score": str(ending.home_points)},
            {"name": ending.away, "score": str(ending.away_points)},
        ]
    return {
        "id": ending.event_id, "sport_key": call.sport, "sport_title": title,
        "commence_time": _time(ending.starts_at, call), "completed": ending.over, "home_team": ending.home,
        "away_team": ending.away, "scores": scores, "last_update": _time(call.at, call) if ending.over else None,
    }  # fmt: skip


def _historical(recording: Recording, call: Call) -> Answer:
    asked = instant(call.query.get("date"))
    if asked is None:
        return refusal(422, "INVALID_HISTORICAL_TIMESTAMP", "date must be an ISO 8601 time")
    past = replace(call, at=_snapshot(min(asked, call.at)))
    found = _event_odds(recording, past) if call.event else _odds(recording, past)
    if found.status != 200:
        return found
    return replace(found, cost=HISTORICAL_TIMES * found.cost, value={
        "timestamp": stamp(past.at), "previous_timestamp": stamp(past.at - HISTORICAL_EVERY),
        "next_timestamp": stamp(past.at + HISTORICAL_EVERY), "data": found.value,
    })  # fmt: skip


def _snapshot(moment: datetime) -> datetime:
    """Return the snapshot at or before a moment."""
    every = int(HISTORICAL_EVERY.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // every * every, UTC)


_ANSWERS = {
    Endpoint.EVENTS: _events, Endpoint.ODDS: _odds, Endpoint.EVENT_ODDS: _event_odds, Endpoint.SCORES: _scores,
    Endpoint.HISTORICAL_ODDS: _historical, Endpoint.HISTORICAL_EVENT_ODDS: _historical,
}  # fmt: skip


# ------------------------------------------------------------------------------------------- what was asked


def _asked_for(events: Sequence[Record], call: Call) -> list[Record]:
    ids = set(call.listed("eventIds"))
    since, until = (instant(call.query.get(name)) for name in ("commenceTimeFrom", "commenceTimeTo"))
    kept = []
    for event in events:
        begins = instant(event["commence_time"])
        late = since is not None and begins is not None and begins < since
        early = until is not None and begins is not None and begins > until
        if not late and not early and (not ids or event["id"] in ids):
            kept.append(_dated(event, call))
    return kept


def _regions(call: Call) -> int:
    """Return how many regions a call pays for: ten named books are one, and go before regions."""
    books = len(call.listed("bookmakers"))
    return -(-books // BOOKS_PER_REGION) if books else max(1, len(call.listed("regions")))


def _offered(event: Record, call: Call) -> Record:
    """Return an event with the books and markets that were asked for, and prices in the format asked for."""
    books, markets = call.listed("bookmakers"), call.listed("markets") or ("h2h",)
    decimal = call.query.get("oddsFormat", "decimal") == "decimal"
    kept: list[Json] = []
    for book in _listed(event, "bookmakers"):
        if books and book["key"] not in books:
            continue
        offered: list[Json] = [
            _dated(_priced(market, decimal=decimal), call)
            for market in _listed(book, "markets")
            if market["key"] in markets
        ]
        if offered:
            kept.append(_dated({**book, "markets": offered}, call))
    return {**_dated(event, call), "bookmakers": kept}


def _priced(market: Record, *, decimal: bool) -> Record:
    if not decimal:
        return market
    outcomes: list[Json] = [{**item, "price": _decimal(item["price"])} for item in _listed(market, "outcomes")]
    return {**market, "outcomes": outcomes}


def _decimal(price: Json) -> Json:
    """Return an American price as decimal odds in hundredths, as the vendor rounds them."""
    if not isinstance(price, int) or abs(price) < 100:
        return price
    exact = american_to_decimal(price)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_CENTS)


def _keys(event: Record) -> set[str]:
    return {str(market["key"]) for book in _listed(event, "bookmakers") for market in _listed(book, "markets")}


def _dated(record: Record, call: Call) -> Record:
    """Return a record with its times as seconds where they were asked for so."""
    if call.query.get("dateFormat", "iso") != "unix":
        return record
    times = {name: instant(record.get(name)) for name in ("commence_time", "last_update")}
    return {**record, **{name: int(at.timestamp()) for name, at in times.items() if at is not None}}


def _time(moment: datetime, call: Call) -> Json:
    return int(moment.timestamp()) if call.query.get("dateFormat") == "unix" else stamp(moment)


def _listed(record: Mapping[str, Json], name: str) -> list[Record]:
    found = record.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
