"""The live demonstration: simulated vendors, and the desk that asks them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from closeline.config import Settings, read_settings
from closeline.domain.clock import Clock
from closeline.domain.feeds.quota import Plan
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Follower
from closeline.wiring.desks import live_desk
from closeline.wiring.reading import archive_of

if TYPE_CHECKING:
    from closeline.jobs.demo.live.happenings import Answered
    from closeline.jobs.demo.live.running import Vendors
    from closeline.jobs.demo.recorded import RecordedDays


DEMO_CREDITS = 20_000


def vendors(
    days: "RecordedDays", script: str, at: Clock, began: datetime, told: "Callable[[Answered], None]"
) -> "Vendors":
    """Return the simulated vendors of recorded days, on loopback; `told` hears of every call that they answer."""
    from closeline.jobs.demo.live.happenings import Answered
    from closeline.providers.simulator.allowance import Counter
    from closeline.providers.simulator.faults import script_of
    from closeline.providers.simulator.series import Series
    from closeline.providers.simulator.server import Met, Simulator

    recording = Series(days.changes, days.events, synthetic=True)

    def heard(met: Met) -> None:
        told(Answered(met.at, str(met.endpoint), met.sport, met.status, met.cost, met.faults))

    counter = Counter(total=DEMO_CREDITS)
    return Simulator(recording, at, script=script_of(script, began), counter=counter, heard=heard)


def demo_desk(settings: Settings, days: "RecordedDays", publish_from: date, at: Clock, *, warm: bool) -> Desk:
    """Return the desk of the live demonstration; `warm` lays the seasons before its days on the shelf."""
    archives = tuple(archive_of(payload) for payload in days.archives) if warm else ()
    desk = live_desk(settings, archives, publish_from, at)
    return replace(desk, quota=Plan(credits=DEMO_CREDITS), follower=Follower(desk.board, synthetic=True))


def demo_settings(database_url: str, address: str) -> Settings:
    """Return the settings of the live demonstration: its own record and vendors, whatever else is set here."""
    from closeline.jobs.demo.recorded import LIVE
    from closeline.providers.simulator.server import KEY

    given = read_settings(database_url=database_url)
    return given.model_copy(update={
        "odds_api_key": SecretStr(KEY), "odds_api_url": address, "espn_url": address,
        "live_feeds": "the_odds_api,espn", "live_leagues": ",".join(LIVE), "odds_api_regions": "us",
        "odds_api_books": "", "board_url": "memory://",
    })  # fmt: skip
