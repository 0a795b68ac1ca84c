"""Lives that nobody thought of: steps in any order, kept or lost halfway, and after each one every law of the record."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from closeline.domain.clock import FixedClock, micros
from closeline.domain.errors import CloselineError
from closeline.domain.feeds import captures
from closeline.domain.governance.switches import BY_HAND
from closeline.domain.picks.voids import Evidence, VoidReason
from closeline.domain.publishing import delivery
from closeline.domain.publishing.delivery import CALL_MOST, LEASE, NOTICE_FOR, QUIET, SurelyNotSent
from closeline.flow import gate, pick, publish, settle
from closeline.flow.publish import reconciling
from closeline.flow.publish.expiring import expire
from closeline.flow.publish.superseding import Replacing, supersede
from closeline.flow.publish.voiding import Voiding, void
from closeline.store.desk import outbox, picks, switches
from closeline.store.invariants import CHECKS, violations
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.chats import Chat, Post, Reader
from tests.builders.moments import ENDS, MINUTE, OPENS
from tests.builders.payloads import a_payload, a_result, three_markets
from tests.builders.records import TENANT, opened, take_in
from tests.builders.stories import NBA, forecast_at, make_rated
from tests.builders.watched import forecast_again, watch

CHANNELS = ("app", "chat")
# The catalogue and the file do not change from step to step, and what waits is ended by jobs that run now and then.
AT_THE_END = {"D1", "O5", "X2"}
EACH_STEP = tuple(law for law in CHECKS if law not in AT_THE_END)
AFTER = CALL_MOST + LEASE + QUIET + MINUTE


def make_judged(url: str) -> None:
    """Fill a record with a game that is forecast, judged and proposed, and not yet published."""
    make_rated(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_at(session, a_payload(*three_markets()))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


@dataclass
class World:
    """What a machine runs in: where its records come from, and what its lives came to."""

    made: databases.Databases
    each_step: bool = True
    lives: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    refused: int = 0


class Lives(RuleBasedStateMachine):
    """One desk, one chat with a reader, and anybody who does anything at any moment."""

    world: World
    engine: Engine
    post: Post
    reader: Reader

    @initialize(published=st.sampled_from((True, True, True, False)))
    def begin(self, published: bool) -> None:
        self.url = self.world.made.copy_of("judged", make_judged)
        self.opened = opened(self.url)
        self.engine = self.opened.__enter__()
        chat = Chat()
        self.reader = Reader(chat)
        self.post = Post(self.engine, chat, FixedClock(OPENS), reader=self.reader)
        self.ended = False
        self.world.lives += 1
        if published:
            self.publish()

    def _try(self, name: str, step) -> None:
        """Take a step in a transaction; one that is refused leaves nothing."""
        try:
            with unit_of_work(self.engine) as session:
                step(session)
        except CloselineError:
            self.world.refused += 1
        else:
            self.world.steps[name] = self.world.steps.get(name, 0) + 1

    @property
    def now(self):
        return self.post.clock()

    @rule(minutes=st.sampled_from((1, 3, 30, 125, 1200)))
    def wait(self, minutes: int) -> None:
        self.post.clock.now += minutes * MINUTE

    @rule()
    def play_out(self) -> None:
        self.post.clock.now = max(self.now, ENDS)

    @rule()
    def publish_again(self) -> None:
        self.publish()

    def publish(self) -> None:
        self._try("publish", lambda session: publish.publish(
            session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS), channels=CHANNELS, at=self.now
        ))  # fmt: skip

    @precondition(lambda self: self.now < ENDS - timedelta(hours=9))
    @rule(line=st.sampled_from((-18, -14, -10)), home=st.sampled_from(("-200", "-150", "-120")))
    def quote(self, line: int, home: str) -> None:
        away = {"-200": "+170", "-150": "+130", "-120": "+100"}[home]
        quotes = three_markets(at=self.now, spread=line, moneyline=(home, away))
        self._try("quote", lambda session: take_in(session, a_payload(*quotes), at=self.now))

    @precondition(lambda self: self.now < ENDS - timedelta(hours=9))
    @rule()
    def forecast(self) -> None:
        def again(session) -> None:
            forecast_again(session, at=self.now)
            pick.refresh(session, tenant_id=TENANT, league=NBA, at=self.now + MINUTE)

        self._try("forecast", again)
        self.post.clock.now += MINUTE

    @rule()
    def look(self) -> None:
        self._try("look", lambda session: watch(session, self.now))

    @rule()
    def expire(self) -> None:
        self._try("expire", lambda session: expire(session, tenant_id=TENANT, league=NBA, at=self.now))

    def _named(self, place: int) -> str:
        with unit_of_work(self.engine, write=False) as session:
            names = sorted(item.pick_id for item in picks.every(session, tenant_id=TENANT, league=NBA))
        return names[place % len(names)]

    @rule(place=st.integers(0, 5))
    def supersede(self, place: int) -> None:
        name = self._named(place)
        how = Replacing(CHANNELS, "ann", "the price has moved")
        self._try("supersede", lambda session: supersede(session, name, how, tenant_id=TENANT, at=self.now))

    @rule(place=st.integers(0, 5), reason=st.sampled_from(VoidReason),
          evidence=st.sampled_from((None, Evidence(None, 1), Evidence("0" * 64, None))))  # fmt: skip
    def void(self, place: int, reason: VoidReason, evidence: Evidence | None) -> None:
        name = self._named(place)
        asked = Voiding(reason, evidence, "ann", "wrong game")
        self._try("void", lambda session: void(session, name, asked, tenant_id=TENANT, at=self.now))

    @rule(scope=st.sampled_from(("global", "league:nba", "market:TOTAL", "channel:chat", "verb:publish", "verb:grade")))
    def stop(self, scope: str) -> None:
        self._try("stop", lambda session: switches.turn_on(
            session, tenant_id=TENANT, scope=scope, cause=BY_HAND, actor="ann", why="no", at=self.now
        ))  # fmt: skip

    @rule()
    def lift(self) -> None:
        def lift_all(session) -> None:
            for item in switches.turned_on(session, tenant_id=TENANT):
                switches.lift(session, item, actor="ann", why="over", at=self.now)

        self._try("lift", lift_all)
        # The laws tell what was published before and after a switch by the time: two things do not happen in one.
        self.post.clock.now += timedelta(microseconds=1)

    @rule(said=st.sampled_from(("SENT", "LOST", "NEVER_CAME", "REFUSED", "DIES_BEFORE", "DIES_AFTER")))
    def deliver(self, said: str) -> None:
        claimed = self.post.claim()
        self.world.steps[said] = self.world.steps.get(said, 0) + 1
        if said == "DIES_BEFORE":
            return
        if said not in {"SENT", "DIES_AFTER"}:
            self.post.chat.script = [SurelyNotSent("no route") if said == "REFUSED" else said]
        brought = self.post.carry(claimed)
        self.post.chat.script = []
        if said != "DIES_AFTER":
            self.post.keep(brought)

    @rule(blind=st.booleans())
    def reconcile(self, blind: bool) -> None:
        self.reader.blind = blind
        self.post.reconcile()

    @precondition(lambda self: self.now >= ENDS)
    @rule(home=st.integers(90, 120))
    def end(self, home: int) -> None:
        def settled(session) -> None:
            if not self.ended:
                take_in(
                    session,
                    a_payload(a_result(score=(home, 104), at=self.now)),
                    at=self.now,
                    phase=captures.Phase.RESULT,
                )
            settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=self.now)

        self._try("end", settled)
        self.ended = True

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "engine") and self.world.each_step:
            self._hold(EACH_STEP)

    def _hold(self, laws: tuple[str, ...]) -> None:
        with unit_of_work(self.engine, write=False) as session:
            found = violations(session, tenant_id=TENANT, only=laws)
        assert {law: rows for law, rows in found.items() if rows} == {}

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        try:
            self._let_everything_end()
            self._hold(tuple(CHECKS))
        finally:
            self.opened.__exit__(None, None, None)
            self.world.made.drop(self.url)

    def _let_everything_end(self) -> None:
        """Go on until nothing is under way: then no message is there twice, and none that was sent is missing."""
        self.reader.blind = False
        for wait in (AFTER, AFTER, NOTICE_FOR + AFTER, AFTER):
            self.post.deliver()
            self.post.reconcile()
            self.post.clock.now += wait
        self.post.reconcile()
        names = self.post.chat.names()
        assert len(names) == len(set(names))
        with unit_of_work(self.engine, write=False) as session:
            every = picks.every(session, tenant_id=TENANT, league=NBA)
            rows = [row for item in every for row in outbox.of_pick(session, item.pick_id, tenant_id=TENANT)]
        assert {str(row.state) for row in rows if row.channel == "chat"} <= {"SENT", "MISSED", "CANCELLED", "UNKNOWN"}


def lived(world: World, lives: int, steps: int) -> World:
    """Let so many lives be lived, of so many steps each."""
    machine = type("Lived", (Lives,), {"world": world})
    # What breaks a law is shown as it was met: to make it shorter would take a hundred lives more.
    found = settings(max_examples=lives, stateful_step_count=steps, phases=(Phase.generate,), print_blob=True)
    run_state_machine_as_test(machine, settings=found)
    return world


def test_no_life_breaks_a_law(sqlite):
    world = lived(World(sqlite), 100, 10)

    assert world.lives >= 100
    assert set(world.steps) >= {"publish", "quote", "look", "void", "stop", "lift", "end", "SENT", "LOST", "DIES_AFTER"}


def test_a_desk_that_sends_blindly_again_is_found_out(sqlite, monkeypatch):
    monkeypatch.setattr(reconciling, "decided", lambda **_: delivery.Doubt.RESEND)

    with pytest.raises(AssertionError):
        lived(World(sqlite, each_step=False), 200, 12)


def test_nor_does_one_on_a_server(postgresql):
    assert lived(World(postgresql), 5, 12).lives >= 5


@pytest.mark.campaign
def test_nor_do_ten_thousand(sqlite):
    world = lived(World(sqlite), 10_000, 30)

    print(world.lives, world.steps, world.refused)
    assert world.lives >= 10_000
