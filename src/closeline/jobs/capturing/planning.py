"""Planning: what is due becomes calls; each is claimed and paid for before it is made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from closeline.domain.feeds import blocks
from closeline.domain.feeds.polling import PlannedCall, Purpose
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.jobs.capturing import wanting
from closeline.jobs.capturing.of_event import Asked
from closeline.jobs.capturing.outing import Outing
from closeline.jobs.capturing.wanting import Wanted
from closeline.jobs.desk import Desk
from closeline.store.polls import calls, claims, ledger
from closeline.store.session import Session

CLAIM = "capture"
Arguments = Mapping[str, str | int | float | bool | None]


def plan(session: Session, desk: Desk, wanted: Iterable[Wanted]) -> Outing:
    """Return the calls that go out now: not refused before, claimed by nobody else, and paid for.

    Claims and reservations are of the session's transaction: commit it before any call is made.
    """
    now = desk.clock()
    known = calls.known(session, now=now)
    slot = now.isoformat()
    found = []
    for planned in _calls(desk, wanted, slot):
        item = planned.item
        refused = blocks.block(
            known, feed=planned.feed, kind=planned.want.kind, address=item.address, costs=item.credits_most > 0, now=now
        )
        # A person may always try: what was refused yesterday may be mended.
        if refused is None or planned.purpose in (Purpose.ASKED, Purpose.PROBE):
            out = _taken(session, desk, planned)
            if out is not None:
                found.append(out)
    return tuple(found)


def probes(session: Session, desk: Desk) -> Iterator[Wanted]:
    """Yield one free call where a feed refuses everything, or all that costs something, for some hours already."""
    now = desk.clock()
    known, tried = calls.known(session, now=now), calls.last_tried(session, Kind.SPORTS, as_of=now)
    for feed in desk.feeds:
        if blocks.probe_due(known, feed.name, tried.get((feed.name, None)), now):
            yield Wanted(Want(Kind.SPORTS), Purpose.PROBE)


def _calls(desk: Desk, wanted: Iterable[Wanted], slot: str) -> Iterator[PlannedCall]:
    for item in wanted:
        feeds = desk.injury_feeds if item.want.kind is Kind.INJURIES else desk.feeds
        for feed in feeds:
            for asked in feed.required_items(item.want):
                yield PlannedCall(
                    feed.name, item.want, asked, item.purpose, slot, interval_seconds=item.interval_seconds
                )


def _taken(session: Session, desk: Desk, planned: PlannedCall) -> PlannedCall | None:
    """Claim a call and set its credits aside; null when somebody else is out on it, or it cannot be paid."""
    now = desk.clock()
    token = claims.take(session, CLAIM, planned.scope, planned.slot, at=now)
    if token is None:
        return None
    if not planned.item.credits_most:
        return replace(planned, token=token)
    reservation = ledger.reserve(session, planned.feed, desk.quota, planned.item.credits_most, planned.purpose, at=now)
    if reservation is None:
        claims.finish(session, CLAIM, planned.scope, token)
        return None
    return replace(planned, token=token, reservation=reservation)


def closes(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return the closing polls that are due."""
    del arguments
    return plan(session, desk, wanting.due_odds(session, desk, Purpose.CLOSE))


def odds(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return the polls of prices that are due by the day's plan, and a probe where a feed refuses them."""
    del arguments
    return plan(session, desk, [*wanting.due_odds(session, desk, Purpose.PLANNED), *probes(session, desk)])


def schedules(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return the schedules that are due."""
    del arguments
    return plan(session, desk, [*wanting.due_schedules(session, desk), *wanting.due_preseasons(session, desk)])


def results(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return the results that are due."""
    del arguments
    return plan(session, desk, wanting.due_results(session, desk))


def scores(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return the scores that are due."""
    del arguments
    return plan(session, desk, wanting.due_scores(session, desk))


def injuries(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return the injury reports that are due."""
    del arguments
    return plan(session, desk, wanting.due_injuries(session, desk))


def asked(session: Session, desk: Desk, arguments: Arguments) -> Outing:
    """Return what a person asks for now: a `kind` of thing, of one `league` or of all, of an `event`, `at` a moment."""
    league = arguments.get("league")
    asked = Asked(
        Kind(str(arguments["kind"])), None if league is None else League(str(league)),
        str(arguments.get("event") or ""), str(arguments.get("at") or ""),
    )  # fmt: skip
    return plan(session, desk, wanting.asked_for(session, desk, asked))
