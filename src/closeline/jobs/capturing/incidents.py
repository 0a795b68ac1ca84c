"""What a poll says is wrong with its feed or credits: raised once, counted while it lasts, closed when it is right."""

from closeline.domain.clock import CLOCKS_APART
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.mode import Mode, quota_mode
from closeline.domain.feeds.quota import Settled
from closeline.domain.ids import canonical_json
from closeline.jobs.desk import Desk
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.polls.calls import Poll
from closeline.store.session import Session

KEY_REFUSED = "PROVIDER_KEY_REFUSED"
REQUEST_REFUSED = "PROVIDER_REQUEST_REFUSED"
NOT_ON_PLAN = "PROVIDER_NOT_ON_PLAN"
UNREADABLE = "FEED_UNREADABLE"
SPENT = "QUOTA_SPENT"
LOW = "QUOTA_LOW"
DISAGREES = "QUOTA_DISAGREES"
CLOCK_AHEAD = "CLOCK_WAS_AHEAD"
ALL_LEAGUES = "ALL"


def after(session: Session, desk: Desk, poll: Poll, settled: Settled | None) -> None:
    """Open, count and close what one poll says of its feed."""
    _of_clock(session, desk, poll)
    _of_outcome(session, desk, poll)
    if settled is not None:
        _of_credits(session, desk, poll, settled)


def _of_clock(session: Session, desk: Desk, poll: Poll) -> None:
    # The times of a feed only grow: what a clock that was ahead wrote holds them there until it is that late.
    ahead = poll.received_at - desk.clock()
    if ahead > CLOCKS_APART:
        text = (
            f"the last time of {poll.feed} in the record is {int(ahead.total_seconds())} seconds ahead of this clock, "
            "and what it answers is stamped behind it; look at the clocks of the machines that ask"
        )
        meet(session, desk, poll, CLOCK_AHEAD, poll.feed, text)
    else:
        close(session, desk, CLOCK_AHEAD, poll.feed)


def _of_outcome(session: Session, desk: Desk, poll: Poll) -> None:
    capability, address = f"{poll.feed}:{poll.kind}", f"{poll.feed}:{poll.address}"
    reading = f"{capability}:{poll.league or ALL_LEAGUES}"
    match poll.outcome:
        case CallOutcome.BAD_KEY:
            mend = "nothing more is asked of it; set the key and run: closeline capture run"
            meet(session, desk, poll, KEY_REFUSED, poll.feed, f"{poll.feed} refused the key ({_said(poll)}): {mend}")
        case CallOutcome.OUT_OF_CREDITS:
            text = f"{poll.feed} has no credits left ({_said(poll)}): only what is free is asked until it has"
            meet(session, desk, poll, SPENT, poll.feed, text)
        case CallOutcome.NOT_ON_PLAN:
            text = f"the plan at {poll.feed} does not have {poll.kind} ({_said(poll)}): it is not asked for"
            meet(session, desk, poll, NOT_ON_PLAN, capability, text)
        case CallOutcome.BAD_REQUEST:
            text = f"{poll.feed} does not understand {poll.address} ({_said(poll)}): it is not asked again for a day"
            meet(session, desk, poll, REQUEST_REFUSED, address, text)
        case CallOutcome.UNREADABLE:
            text = f"{poll.feed} answered {poll.kind} with what cannot be read: {poll.fault}"
            meet(session, desk, poll, UNREADABLE, reading, text)
        case CallOutcome.OK:
            for kind, scope in (
                (KEY_REFUSED, poll.feed), (NOT_ON_PLAN, capability), (REQUEST_REFUSED, address), (UNREADABLE, reading),
            ):  # fmt: skip
                close(session, desk, kind, scope)
        case _:
            # A source that cannot be reached shows as silence: the watch sees how old its content is.
            pass


def _of_credits(session: Session, desk: Desk, poll: Poll, settled: Settled) -> None:
    left = settled.account.left
    if poll.credits_remaining:
        close(session, desk, SPENT, poll.feed)
    if settled.apart is not None:
        text = f"{poll.feed} counts credits otherwise than we do, by {settled.apart:+d}: the lower count holds"
        meet(session, desk, poll, DISAGREES, poll.feed, text)
    elif settled.reset:
        close(session, desk, DISAGREES, poll.feed)
    now = quota_mode(left, desk.quota.credits)
    for mode in (Mode.EDGE_ONLY, Mode.NONE):
        scope = f"{poll.feed}:{mode}"
        if now is mode:
            text = f"{left} of {desk.quota.credits} credits are left at {poll.feed}: publishing is {mode}"
            meet(session, desk, poll, LOW, scope, text)
        else:
            close(session, desk, LOW, scope)


def meet(session: Session, desk: Desk, poll: Poll, kind: str, scope: str, text: str) -> None:
    """Open an incident of a poll, or count one more meeting of it."""
    inputs = canonical_json({
        "address": poll.address, "error_code": poll.error_code, "outcome": poll.outcome, "remaining":
        poll.credits_remaining, "status": poll.http_status,
    })  # fmt: skip
    league = poll.league or ALL_LEAGUES
    incidents.meet(session, Alert(desk.tenant_id, league, kind, text, inputs, desk.clock()), scope=scope)


def close(session: Session, desk: Desk, kind: str, scope: str) -> None:
    """Say that something is right again."""
    incidents.close(session, kind, scope=scope, tenant_id=desk.tenant_id, at=desk.clock())


def _said(poll: Poll) -> str:
    return poll.error_code or f"status {poll.http_status}"
