"""A live desk in a test: real fetcher, feeds, quota and capture jobs against the simulator, on a clock that is stepped."""

from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from time import monotonic

from closeline.domain.board import Availability
from closeline.domain.feeds.quota import Plan
from closeline.domain.leagues import League
from closeline.jobs.demo.live.clock import SteppedClock
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Follower
from closeline.jobs.run_inline import run
from closeline.jobs.shelf import Shelf
from closeline.providers.boards import board_shelf
from closeline.providers.fetch.exchange import Timeouts
from closeline.providers.fetch.fetcher import HttpFetcher, Limits, Senses
from closeline.providers.live import catalog
from closeline.providers.simulator.allowance import Counter
from closeline.providers.simulator.faults import Script, Window
from closeline.providers.simulator.server import KEY, Simulator, running
from closeline.store import quotes, references
from closeline.store.desk import incidents
from closeline.store.polls import calls, captures
from closeline.store.polls.standing import league_standing
from closeline.store.session import inside_transaction, unit_of_work
from tests.builders.recordings import BEARS, BROWNS, FIRST, a_recording
from tests.builders.records import TENANT

CREDITS = 10_000
# Nobody waits in a test: what a vendor asks us to wait is noted, and the wire is given up on soon.
QUICK = Limits(timeouts=Timeouts(connect=2.0, read=0.5), total_seconds=20.0, attempts=3)


def a_fault(name, since, until, **given):
    """Give a window in minutes of the script."""
    return Window(name, timedelta(minutes=since), timedelta(minutes=until), **given)


class Live:
    """A desk, its vendors and its clock. Every step is taken by hand."""

    def __init__(self, desk, clock, simulator, waits):
        self.desk, self.clock, self.simulator, self.waits = desk, clock, simulator, waits
        self._slots = count()

    def minutes(self, number=1):
        return self.clock.step(timedelta(minutes=1)) if number == 1 else [self.minutes() for _ in range(number)][-1]

    def job(self, name, **arguments):
        run(self.desk, name, f"test:{next(self._slots)}", arguments)

    def ask(self, kind="ODDS", league="nfl"):
        """Ask for prices now, due or not, and return what the record holds of the call."""
        self.job("capture.asked", kind=kind, league=league)
        with self.session() as session:
            made = calls.since(session, FIRST - timedelta(days=1), most=1)
        return made[0] if made else None

    def watch(self):
        self.job("capture.watch")

    def session(self):
        return unit_of_work(self.desk.engine, write=False)

    def polls(self):
        with self.session() as session:
            return list(reversed(calls.since(session, FIRST - timedelta(days=1), most=1000)))

    def open(self):
        """Give what is wrong now: kind, by scope, and how often it was met."""
        with self.session() as session:
            found = incidents.open_ones(session, tenant_id=self.desk.tenant_id)
        return {(item.kind, item.scope): item.repeats for item in found}

    def mode(self, league=League.NFL):
        with self.session() as session:
            return league_standing(session, league, at=self.clock()).mode

    def events(self):
        """Give the record's event of each id of the vendor, as it stands."""
        with self.session() as session:
            ids = references.events_by_alias(session, provider="the_odds_api", names=[BROWNS, BEARS])
            return references.versions(session, list(ids.values()), as_of=self.clock())

    def states(self):
        """Give how every series stands: availability by (event, book, market, side)."""
        events = list(self.events())
        with self.session() as session:
            found = quotes.states(session, events, as_of=self.clock())
        return {(key[0], key[1], str(key[2]), str(key[-1])): state.availability for key, state in found.items()}

    def prices(self):
        """Give every price that stands: book, market, side, line in quarters, and the text of the price."""
        events = list(self.events())
        with self.session() as session:
            found = quotes.states(session, events, as_of=self.clock())
        return sorted(
            (key[1], str(key[2]), str(key[-1]), str(state.line_quarters), state.price.text)
            for key, state in found.items()
            if state.price is not None and state.availability is Availability.PRICED
        )

    def quarantined(self):
        with self.session() as session:
            return captures.quarantined(session, league=League.NFL)

    def quotes(self):
        with self.session() as session:
            return quotes.count(session, league=League.NFL)


def a_live_desk(engine, address, clock, *, leagues=(League.NFL,), of=CREDITS, limits=QUICK, waits=None):
    """Give a desk whose feeds are the simulator's; what the fetcher would sleep is noted in `waits`."""
    hosts = catalog.hosts(catalog.Addresses(odds_api=address, espn=address), KEY)
    noted = waits if waits is not None else []
    senses = Senses(clock, monotonic, noted.append, lambda: 0.5)
    fetch = HttpFetcher({name: hosts[name] for name in ("the_odds_api", "espn")}, senses, inside=inside_transaction,
                        limits=limits)  # fmt: skip
    shelf = board_shelf("memory://", clock)
    return Desk(
        engine, clock, TENANT, Shelf(), fetch=fetch, feeds=catalog.feeds(("the_odds_api", "espn"), catalog.Offer()),
        leagues=tuple(leagues), quota=Plan(credits=of), board=shelf, follower=Follower(shelf, synthetic=True),
    )  # fmt: skip


@contextmanager
def live(engine, *windows, recording=None, begins=FIRST + timedelta(hours=1), of=CREDITS, limits=QUICK, **given):
    """Give a live desk one hour into a recording; windows of faults count from there. `of`: the plan's credits."""
    clock = SteppedClock(begins)
    simulator = Simulator(recording or a_recording(), clock, script=Script(begins, windows), counter=Counter(total=of))
    waits: list[float] = []
    with running(simulator) as address:
        desk = a_live_desk(engine, address, clock, of=of, limits=limits, waits=waits, **given)
        try:
            yield Live(desk, clock, simulator, waits)
        finally:
            desk.fetch.close()
