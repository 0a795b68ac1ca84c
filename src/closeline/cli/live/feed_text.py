"""The state of the feeds in words, for `closeline status`."""

from typing import TYPE_CHECKING

from closeline.cli.printing import counted, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.feeds import Feeds

_MINUTE = 60
_RESTS = {
    "PRESEASON": "preseason: {count} games set aside", "OUT_OF_SEASON": "out of season",
    "NO_GAMES": "no game within a week", "UNHEARD": "no schedule was answered of late",
}  # fmt: skip


def say_feeds(found: "Feeds") -> None:
    """Say how the feeds do; of a record that was never polled, in one line."""
    if not found.answered and not found.leagues and not found.failing:
        say("no feed was ever polled (closeline capture run)")
    for feed, at in sorted(found.answered.items()):
        say(f"{feed} answered last at {at:%Y-%m-%d %H:%M:%S} UTC")
    for item in found.failing:
        never = "" if item.feed in found.answered else ", and it never answered"
        say(
            f"{item.feed}: {counted(item.failed, 'call')} failed since its last answer{never}; "
            f"the last at {item.last_at:%Y-%m-%d %H:%M:%S} UTC: {item.outcome} ({item.fault})"
        )
    for circuit in found.circuits:
        say(f"{circuit.feed} was last left alone, at {circuit.since:%Y-%m-%d %H:%M:%S} UTC: {circuit.why}")
    if found.leagues:
        columns = ("league", "publishing", "why", "last poll (UTC)", "outcome", "content, minutes#", "next, minutes#")
        print_table("Feeds", columns, [
            (
                league, item.mode, ", ".join(item.reasons),
                f"{item.last_poll_at:%Y-%m-%d %H:%M:%S}" if item.last_poll_at else None, item.last_outcome,
                _minutes(item.content_age_seconds), _minutes(item.next_poll_within_seconds),
            )
            for league, item in found.leagues.items()
        ])  # fmt: skip
    for rest in found.resting:
        why = _RESTS[rest.rest].format(count=rest.set_aside)
        say(f"{rest.league}: {why}, by a schedule of {rest.heard_at:%Y-%m-%d %H:%M} UTC")
    if found.credits is not None:
        say(f"{found.credits_left} of {found.credits} credits left (closeline quota show)")
    if found.spool is not None and (found.spool.waiting or found.spool.refused or found.spool.spoiled):
        spool = found.spool
        say(
            f"{spool.waiting} answers ({spool.bytes} bytes) wait for the record, {spool.in_memory} in memory alone; "
            f"{spool.refused} found no room, {spool.spoiled} cannot be read again"
        )
    for wrong in found.incidents:
        met = counted(wrong.repeats, "time")
        say(f"{wrong.kind} since {wrong.opened_at:%Y-%m-%d %H:%M} UTC, met {met}: {wrong.text}")


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else seconds // _MINUTE
