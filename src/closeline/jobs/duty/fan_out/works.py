"""Works: what can be asked of a process that was handed a part."""

from collections.abc import Callable

from closeline.domain.errors import BadInput
from closeline.domain.ports import Part
from closeline.jobs.desk import Desk
from closeline.jobs.duty.fan_out.replaying import replay
from closeline.jobs.duty.fan_out.walking import walk_part

OpenDesk = Callable[[Part], Desk]

WORKS: dict[str, Callable[[Desk, Part], Part]] = {"simulate.worlds": walk_part, "backtest.league": replay}


def do(open_desk: OpenDesk, work: str, part: Part) -> Part:
    """Do a part on a desk of its own, and close that whatever happens. Raises BadInput for work that nobody knows."""
    if work not in WORKS:
        raise BadInput(f"work must be one of {', '.join(sorted(WORKS))}, was {work!r}")
    desk = open_desk(part)
    try:
        return WORKS[work](desk, part)
    finally:
        desk.engine.dispose()
