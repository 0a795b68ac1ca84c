"""Spooling: answers that the record could not take wait as bytes, each with all that must be known to keep it later."""

import json
from collections.abc import Iterator
from datetime import date

from closeline.domain.clock import instant, micros
from closeline.domain.errors import CorruptRecord
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import Allowance, CallOutcome, Fetched, RawItem
from closeline.domain.feeds.polling import Call, PlannedCall, Purpose
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.ids import canonical_json, sha256_hex
from closeline.domain.leagues import League
from closeline.domain.markets import market
from closeline.jobs.capturing.outing import Brought, read
from closeline.jobs.desk import Desk

_VERSION = 1


def put(desk: Desk, call: Call) -> None:
    """Lay a call aside until the record can take it; without a spool it is lost, as its poll will say nothing of it."""
    if desk.spool is not None:
        desk.spool.put(name_of(call), packed(call))


def waiting(desk: Desk) -> Iterator[Brought]:
    """Yield what waits, the oldest first; what cannot be unpacked any more is left where it is, for a person."""
    if desk.spool is None:
        return
    for name in desk.spool.names():
        content = desk.spool.get(name)
        if content is None:
            continue
        try:
            call = unpacked(content)
        except CorruptRecord:
            desk.spool.spoil(name)
            continue
        yield read(desk, call, spooled=name)


def name_of(call: Call) -> str:
    """Return the name under which a call waits: names sort by the time of reception."""
    return f"{micros(call.received_at):020}-{call.poll_id}"


def packed(call: Call) -> bytes:
    """Return a call as bytes: a line of JSON, then what was received. The hash of the rest stands first."""
    planned, fetched = call.planned, call.fetched
    payload = fetched.payload
    head = canonical_json({
        "version": _VERSION, "feed": planned.feed, "path": planned.item.path,
        "query": [list(pair) for pair in planned.item.query], "credits_most": planned.item.credits_most,
        "kind": planned.want.kind, "league": planned.want.league, "event": planned.want.event, "at": planned.want.at,
        "day": planned.want.day.isoformat() if planned.want.day else None, "alternates": planned.want.alternates,
        "competition": planned.want.competition,
        "markets": [of.key for of in planned.want.markets], "purpose": planned.purpose, "slot": planned.slot,
        "reservation": planned.reservation, "interval_seconds": planned.interval_seconds, "token": planned.token,
        "outcome": fetched.outcome, "asked_at": micros(fetched.asked_at), "received_at": micros(fetched.received_at),
        "remaining": fetched.allowance.remaining, "used": fetched.allowance.used, "last": fetched.allowance.last,
        "status": fetched.status, "error_code": fetched.error_code, "fault": fetched.fault,
        "attempts": fetched.attempts, "retry_after_seconds": fetched.retry_after_seconds,
        "payload": None if payload is None else payload.name,
    })  # fmt: skip
    body = head.encode() + b"\n" + (b"" if payload is None else payload.content)
    return sha256_hex(body).encode() + b"\n" + body


def unpacked(content: bytes) -> Call:
    """Return the call that was packed; raises CorruptRecord where the bytes are not those that were laid aside."""
    told, _, body = content.partition(b"\n")
    head, _, rest = body.partition(b"\n")
    if told.decode("ascii", "replace") != sha256_hex(body):
        raise CorruptRecord("what waits in the spool no longer hashes to what was laid aside")
    try:
        return _call(json.loads(head), rest)
    except (KeyError, TypeError, ValueError) as fault:
        raise CorruptRecord("what waits in the spool cannot be understood by this version") from fault


def _call(head: dict[str, object], content: bytes) -> Call:
    def text(name: str) -> str:
        return str(head[name])

    def number(name: str) -> int | None:
        value = head[name]
        return None if value is None else int(str(value))

    query = head["query"]
    markets = head["markets"]
    if not isinstance(query, list) or not isinstance(markets, list) or head["version"] != _VERSION:
        raise CorruptRecord("what waits in the spool is of another version")
    item = RawItem(
        text("feed"), text("path"), tuple((str(name), str(value)) for name, value in query), number("credits_most") or 0
    )
    want = Want(
        Kind(text("kind")), None if head["league"] is None else League(text("league")),
        tuple(market(str(key)) for key in markets), text("event"),
        None if head["day"] is None else date.fromisoformat(text("day")), text("at"), bool(head["alternates"]),
        str(head.get("competition", "")),
    )  # fmt: skip
    planned = PlannedCall(
        text("feed"), want, item, Purpose(text("purpose")), text("slot"), text("reservation"),
        number("interval_seconds"), number("token") or 0,
    )  # fmt: skip
    received_at = instant(int(text("received_at")))
    wait = head["retry_after_seconds"]
    return Call(planned, Fetched(
        item, CallOutcome(text("outcome")), instant(int(text("asked_at"))), received_at,
        None if head["payload"] is None else RawPayload(text("payload"), content, received_at),
        Allowance(number("remaining"), number("used"), number("last")), number("status"), text("error_code"),
        text("fault"), number("attempts") or 1, None if wait is None else float(str(wait)),
    ))  # fmt: skip
