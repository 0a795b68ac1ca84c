"""What whoever is on duty looks at first, in words, for `closeline status`."""

from typing import TYPE_CHECKING

from closeline.cli.printing import print_table, say

if TYPE_CHECKING:
    from closeline.schemas.governance.switching import Duty


def say_duty(found: "Duty") -> None:
    """Say what may be published of each league and why no more, which switches are on, and what is wrong."""
    print_table("Publishing", ("league", "mode", "why"), [
        (item.league, item.mode, ", ".join([*item.reasons, *(f"{name} is off" for name in item.flags_off)]))
        for item in found.modes
    ])  # fmt: skip
    for item in found.switched_on:
        say(
            f"{item.scope} is stopped since {item.at:%Y-%m-%d %H:%M} UTC by {item.actor}: {item.why} ({item.switch_id})"
        )
    if not found.switched_on:
        say("no kill switch is on")
    waiting = [item for item in found.alerts if item.acknowledged_at is None]
    say(f"{len(found.alerts)} alerts open, {len(waiting)} of them seen by nobody (closeline alerts list --open)")
