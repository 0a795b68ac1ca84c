"""The demonstrations: simulated vendors and the desk that asks them, and the simulated chat of the scripted evening."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from closeline.config import Settings, read_settings
from closeline.domain.clock import Clock, FixedClock
from closeline.domain.feeds.quota import Plan
from closeline.domain.publishing.delivery import MessageKind
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Follower
from closeline.providers.channels import FileChannel, InAppFeed
from closeline.store.desk.outbox import Delivery
from closeline.store.session import inside_transaction
from closeline.wiring.desks import live_desk
from closeline.wiring.reading import archive_of

if TYPE_CHECKING:
    from closeline.jobs.demo.evening import Stage
    from closeline.jobs.demo.live.happenings import Answered
    from closeline.jobs.demo.live.running import Vendors
    from closeline.jobs.demo.recorded import RecordedDays
    from closeline.providers.simulator.bot_api import SimulatedBotApi
    from closeline.providers.telegram.channel import TelegramChannel


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


def shut_in(desk: Desk) -> Desk:
    """Return a desk whose channels stay on this machine: games that nobody played go to no chat that people read."""
    return replace(desk, channels=tuple(item for item in desk.channels if isinstance(item, InAppFeed | FileChannel)),
                   observers=())  # fmt: skip


def stage(desk: Desk) -> "Stage":
    """Return what the scripted evening of a desk's archives is played with."""
    from closeline.jobs.demo.evening import Stage
    from closeline.jobs.demo.slate import evening_slate

    return Stage(evening_slate(desk.shelf), simulated_chat, archive_of)


@contextmanager
def simulated_chat(clock: FixedClock) -> "Iterator[SimulatedChat]":
    """Give a chat of a simulated Bot API on loopback that goes by a clock; the pace of the chat steps that clock."""
    from closeline.providers.simulator.bot_api import CHAT, DESK_BOT, SimulatedBotApi, running
    from closeline.providers.telegram.bot import Address, Bot
    from closeline.providers.telegram.channel import TelegramChannel

    def elapsed() -> float:
        return clock.now.timestamp()

    def sleep(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)

    api = SimulatedBotApi(clock)
    with running(api) as address:
        bot = Bot(Address(address), lambda: DESK_BOT, time.monotonic)
        yield SimulatedChat(api, TelegramChannel(bot, CHAT, elapsed, sleep, inside_transaction))


class SimulatedChat:
    """The chat as a channel of the desk, and as its readers see it."""

    def __init__(self, api: "SimulatedBotApi", channel: "TelegramChannel") -> None:
        """Show what the API keeps."""
        self.channel = channel
        self._api = api

    def restore(self, sent: list[Delivery]) -> None:
        """Send and edit again, at the API itself, what another process has sent; `sent` in the order of its numbers."""
        from closeline.providers.simulator.bot_api import CHAT, DESK_BOT

        numbers: dict[str, int] = {}
        for item in sent:
            told = {**json.loads(item.payload), "chat_id": CHAT}
            self._api.reply(DESK_BOT, "sendMessage", told)
            number = int(item.message_id or 0)
            if item.kind is MessageKind.POST:
                numbers[item.pick_id] = number
            elif item.edited and item.pick_id in numbers:
                edit = {**json.loads(item.edited), "chat_id": CHAT, "message_id": numbers[item.pick_id]}
                self._api.reply(DESK_BOT, "editMessageText", edit)

    def reads(self) -> dict[str, str]:
        """Return what the chat says now, by the numbers of its messages."""
        return {str(item.message_id): item.edits[-1] if item.edits else item.text for item in self._api.posted}
