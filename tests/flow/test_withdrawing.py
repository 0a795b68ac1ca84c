"""How published picks end before their results: superseded by a newer version, void, or never published at all."""

# mypy: disable-error-code="union-attr"

import threading

import pytest
from sqlalchemy import text

from closeline.domain.errors import BadInput, CloselineError, IllegalTransition, NotFound, Refused
from closeline.domain.markets import MONEYLINE, MarketType
from closeline.domain.picks import PickState
from closeline.domain.picks.chains import broken
from closeline.domain.picks.voids import Evidence, VoidReason
from closeline.domain.publishing.delivery import Receipt
from closeline.flow import publish, settle, view
from closeline.flow.publish.expiring import expire
from closeline.flow.publish.superseding import Replacing, supersede
from closeline.flow.publish.voiding import Voiding, void
from closeline.flow.view.ends import chain
from closeline.flow.view.lineage import pick_in_line
from closeline.store import events
from closeline.store.database.engine import open_engine
from closeline.store.desk import grades, living, outbox, picks, successors
from closeline.store.record.subjects import state as live_state
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, ENDS, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, a_result, an_event, both_sides
from tests.builders.records import TENANT, a_copy, number, rows_of, take_in
from tests.builders.stories import NBA
from tests.builders.watched import CHANNELS, LATER, first_picks, make_behind, prices, state_of

WON, SPREAD = MarketType.MONEYLINE, MarketType.SPREAD
SOON = LATER + 2 * MINUTE
HOW = Replacing(CHANNELS, "ann", "the price has moved")


@pytest.fixture
def behind(new_databases):
    """Give published picks with a newer version of each that stands ready."""
    with a_copy(new_databases, "picks behind", make_behind) as engine:
        yield engine


def taken_over(session, of=WON, *, at=SOON, how=HOW):
    old = first_picks(session)[of]
    return old, supersede(session, old.pick_id, how, tenant_id=TENANT, at=at)


def voided(session, item, reason=VoidReason.OPERATOR, evidence=None, *, why="wrong game", at=SOON):
    return void(session, item.pick_id, Voiding(reason, evidence, "ann", why), tenant_id=TENANT, at=at)


def sent(session):
    """Carry every post, as the channels would."""
    for channel in CHANNELS:
        for item in outbox.unsent(session, tenant_id=TENANT, channel=channel):
            claimed = outbox.claim(session, item, at=OPENS, until=OPENS + MINUTE, deadline=item.deadline)
            assert claimed is not None
            outbox.sent(session, claimed, Receipt(f"{channel}-{item.pick_id}"), at=OPENS)


def kinds_of(session, item):
    return sorted((row.channel, row.kind, row.state) for row in outbox.of_pick(session, item.pick_id, tenant_id=TENANT))


def test_a_newer_version_takes_a_picks_place_in_one_transaction(behind):
    with unit_of_work(behind) as session:
        sent(session)
        old, new = taken_over(session)
        lives = [picks.life(session, item.pick_id, tenant_id=TENANT)[-1] for item in (old, new)]
        alive = living.of_league(session, tenant_id=TENANT, league=NBA)
        posts, notices = kinds_of(session, new), kinds_of(session, old)

    assert [(step.to_state, step.at) for step in lives] == [(PickState.SUPERSEDED, SOON), (PickState.PUBLISHED, SOON)]
    assert new.pick_id in lives[0].reason
    assert new.pick_id in alive
    assert old.pick_id not in alive
    assert posts == [(channel, "POST", "PENDING") for channel in CHANNELS]
    assert notices == sorted(
        row for channel in CHANNELS for row in ((channel, "POST", "SENT"), (channel, "SUPERSEDED", "PENDING"))
    )


def test_a_post_that_never_went_out_is_called_off_and_nobody_hears_of_it(behind):
    with unit_of_work(behind) as session:
        old, _ = taken_over(session)

        assert kinds_of(session, old) == [(channel, "POST", "CANCELLED") for channel in CHANNELS]


def test_what_fails_leaves_the_old_pick_as_it_was(behind, monkeypatch):
    from closeline.flow.publish import leaves

    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(leaves, "add", fail)
    with pytest.raises(RuntimeError), unit_of_work(behind) as session:
        taken_over(session)
    with unit_of_work(behind, write=False) as session:
        old = first_picks(session)[WON]
        assert state_of(session, old) == PickState.PUBLISHED
        assert number(session, "SELECT count(*) FROM grade WHERE reason = 'SUPERSEDED'") == 0


def test_the_chain_is_linear_and_shown_from_every_version(behind):
    with unit_of_work(behind) as session:
        old, new = taken_over(session)
        links = successors.links(session, old.selection.event_id, tenant_id=TENANT)
        states = {name: state for name, (_, state) in picks.states(session, list(links), tenant_id=TENANT).items()}
        shown = [[link.pick_id for link in chain(session, item, tenant_id=TENANT)] for item in (old, new)]
        with pytest.raises(IllegalTransition, match="was SUPERSEDED"):
            taken_over(session)

    assert broken(links, states) == []
    assert shown == [[old.pick_id, new.pick_id]] * 2


def test_a_pick_without_a_newer_forecast_is_not_superseded(behind):
    with unit_of_work(behind) as session:
        _, new = taken_over(session)
        with pytest.raises(NotFound, match="newer forecast"):
            supersede(session, new.pick_id, HOW, tenant_id=TENANT, at=SOON)
        with pytest.raises(NotFound):
            supersede(session, "nobody", HOW, tenant_id=TENANT, at=SOON)


@pytest.mark.parametrize("at", [START - MINUTE / 2, START, START + HOUR])
def test_nothing_is_superseded_less_than_a_minute_before_the_start(behind, at):
    with unit_of_work(behind) as session, pytest.raises(Refused, match="60 seconds before"):
        taken_over(session, at=at)


def test_a_clock_that_was_set_back_brings_no_game_back(behind):
    """Fault 11: the last thing that was written down says how late it is at least (P2, J3)."""
    from closeline.domain.events import PicksPublished

    with unit_of_work(behind) as session:
        events.record(session, PicksPublished(NBA, 0, 0), tenant_id=TENANT, actor="x", at=START + MINUTE)
        with pytest.raises(Refused, match="60 seconds before"):
            taken_over(session)
        with pytest.raises(Refused, match="for a fact"):
            voided(session, first_picks(session)[WON])


def test_the_twin_that_believes_the_clock_takes_back_what_has_begun(behind, monkeypatch):
    from closeline.domain.events import PicksPublished
    from closeline.flow.publish import voiding

    monkeypatch.setattr(voiding, "no_earlier", lambda session, *, tenant_id, league, at, live: at)
    with unit_of_work(behind) as session:
        events.record(session, PicksPublished(NBA, 0, 0), tenant_id=TENANT, actor="x", at=START + MINUTE)
        voided(session, first_picks(session)[WON])

        assert state_of(session, first_picks(session)[WON]) == PickState.VOIDED


def test_a_start_that_moved_earlier_past_a_pick_closes_the_door(behind):
    """Fault 22."""
    with unit_of_work(behind) as session:
        sooner = an_event(starts_at=LATER)
        take_in(session, a_payload(sooner, *both_sides(at=LATER + MINUTE)), at=LATER + MINUTE)
        with pytest.raises(Refused, match="60 seconds before"):
            taken_over(session)
        with pytest.raises(Refused, match="for a fact"):
            voided(session, first_picks(session)[SPREAD])


def test_a_version_whose_price_is_gone_does_not_go_out(behind):
    with unit_of_work(behind) as session:
        gone = both_sides(market=MONEYLINE, line=None, prices=("-170", "+150"), at=SOON)
        prices(session, *gone, at=SOON)
        with pytest.raises(Refused, match="still be on offer"):
            taken_over(session, at=SOON + MINUTE)

        assert state_of(session, first_picks(session)[WON]) == PickState.PUBLISHED


def test_what_may_not_be_published_does_not_supersede(behind, monkeypatch):
    from closeline.flow.publish import permission

    monkeypatch.setattr(permission, "withheld", lambda session, *, picks, **_: {picks[0].pick_id: "KILL_SWITCH"})
    with unit_of_work(behind) as session, pytest.raises(Refused, match="KILL_SWITCH"):
        taken_over(session)


def test_the_publisher_never_takes_a_proposal_that_would_supersede(behind):
    with unit_of_work(behind) as session:
        proposed = successors.proposals(session, tenant_id=TENANT, league=NBA, since=OPENS)
        moments = {picks.named(session, name, tenant_id=TENANT).proposed_at for name in proposed}
        for moment in moments:
            from closeline.domain.clock import micros

            publish.publish(
                session, tenant_id=TENANT, league=NBA, as_of=micros(moment), channels=CHANNELS, at=LATER + 2 * MINUTE
            )
        states = picks.states(session, proposed, tenant_id=TENANT)

    assert {state for _, state in states.values()} == {PickState.PROPOSED}


def test_before_the_start_a_person_may_void_and_the_record_says_who_and_why(behind):
    with unit_of_work(behind) as session:
        sent(session)
        item = first_picks(session)[WON]
        voided(session, item)
        told = rows_of(
            session, "SELECT actor, why, before_hash, after_hash FROM event_log WHERE subject = :it",
            it=f"pick:{item.pick_id}",
        )  # fmt: skip
        live = live_state(session, f"pick:{item.pick_id}", tenant_id=TENANT)
        mark = grades.grades(session, [item.pick_id], tenant_id=TENANT)[item.pick_id]
        notices = kinds_of(session, item)

    assert [(row["actor"], row["why"]) for row in told] == [("ann", "wrong game")]
    assert told[0]["after_hash"] == events.hashed(live) != told[0]["before_hash"]
    assert (mark.result, mark.units_micros, mark.reason, mark.result_version) == ("VOID", 0, "WITHDRAWN", 0)
    assert [(kind, state) for _, kind, state in notices] == [("POST", "SENT"), ("VOIDED", "PENDING")] * 2


def test_a_void_for_nothing_is_refused(behind):
    with unit_of_work(behind) as session, pytest.raises(BadInput, match="why"):
        voided(session, first_picks(session)[WON], why="")


def stored(session, at=START + HOUR):
    """Let a feed tell of the game after its start, and give the hash of its bytes."""
    take_in(session, a_payload(a_result(at=at), provider="told"), at=at, content=b"the game was called off")
    return rows_of(session, "SELECT payload_sha FROM raw_payload ORDER BY received_at DESC LIMIT 1")[0]["payload_sha"]


def test_after_the_start_a_fact_with_stored_evidence_is_needed(behind):
    with unit_of_work(behind) as session:
        item, late = first_picks(session)[WON], START + 2 * HOUR
        sha = stored(session)
        cancelled = VoidReason.EVENT_CANCELLED
        for reason, evidence in (
            (VoidReason.OPERATOR, None), (VoidReason.OPERATOR, Evidence(sha, None)), (cancelled, None),
        ):  # fmt: skip
            with pytest.raises(Refused):
                voided(session, item, reason, evidence, at=late)
        for evidence in (Evidence("0" * 64, None), Evidence(None, 9)):
            with pytest.raises(NotFound, match="evidence"):
                voided(session, item, cancelled, evidence, at=late)
        voided(session, item, cancelled, Evidence(sha, None), at=late)
        kept = rows_of(session, "SELECT evidence FROM pick_event WHERE to_state = 'VOIDED'")
        mark = grades.grades(session, [item.pick_id], tenant_id=TENANT)[item.pick_id]

    assert kept == [{"evidence": sha}]
    assert mark.reason == "EVENT_CANCELLED"


def test_bytes_of_another_game_are_no_evidence(behind):
    with unit_of_work(behind) as session:
        take_in(
            session, a_payload(an_event("other", home="Denver Nuggets", away="Utah Jazz", day=DAY)), at=START,
            content=b"another game",
        )  # fmt: skip
        sha = rows_of(session, "SELECT payload_sha FROM event_version ORDER BY received_at DESC LIMIT 1")
        with pytest.raises(NotFound, match="evidence"):
            voided(
                session, first_picks(session)[WON], VoidReason.EVENT_CANCELLED, Evidence(sha[0]["payload_sha"], None),
                at=START + HOUR,
            )  # fmt: skip


def test_the_twin_without_the_closed_list_lets_a_loss_be_taken_back(behind, monkeypatch):
    from closeline.flow.publish import voiding

    monkeypatch.setattr(voiding, "may_void", lambda *_, **__: None)
    with unit_of_work(behind) as session:
        voided(session, first_picks(session)[WON], at=START + HOUR)
        found = rows_of(session, "SELECT at, evidence, reason FROM pick_event WHERE to_state = 'VOIDED'")

    assert violations_of_p7(found) == 1


def violations_of_p7(rows):
    """Count the voids after the start that have no evidence, or none but a person's word: invariant P7."""
    from closeline.domain.clock import micros

    return sum(row["at"] >= micros(START) and (not row["evidence"] or row["reason"] == "OPERATOR") for row in rows)


def test_what_was_withdrawn_is_counted_and_never_graded_by_the_game(behind):
    """G6: what is published is graded, of which void, or open."""
    with unit_of_work(behind) as session:
        old, new = taken_over(session)
        voided(session, first_picks(session)[SPREAD])
        take_in(session, a_payload(a_result(at=ENDS)), at=ENDS)
        told = settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=ENDS + HOUR)
        again = settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=ENDS + 2 * HOUR)
        found = view.published(session, tenant_id=TENANT, league=NBA)
        ends = {item.pick.pick_id: item.grade for item in found}

        assert (told.graded, again.graded, again.regraded) == (2, 0, 0)
        assert state_of(session, new) == PickState.GRADED
        assert [(ends[old.pick_id].result, ends[old.pick_id].units_micros)] == [("VOID", 0)]
        assert ends[new.pick_id].result == "WIN"
        assert None not in ends.values()
        assert pick_in_line(session, pick_id=old.pick_id, tenant_id=TENANT).result == "VOID"


def test_no_rules_that_are_asked_later_bring_a_withdrawn_pick_to_life(behind):
    with unit_of_work(behind) as session:
        old, new = taken_over(session)
        take_in(session, a_payload(a_result(at=ENDS)), at=ENDS)
        at = ENDS + HOUR
        settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=at)

        assert {old.pick_id, new.pick_id} <= set(grades.versions(session, [old.pick_id, new.pick_id], tenant_id=TENANT))
        rules = old.settlement_rules
        assert settle.by_rules(session, rules, tenant_id=TENANT, league=NBA, days=settle.Days(), at=at) == []


def test_a_result_that_is_corrected_leaves_a_withdrawn_pick_void(behind):
    with unit_of_work(behind) as session:
        voided(session, first_picks(session)[WON])
        for hours, score in ((0, (110, 104)), (1, (101, 104))):
            at = ENDS + hours * HOUR
            take_in(session, a_payload(a_result(score=score, at=at)), at=at)
            settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=at)
        rows = rows_of(
            session, "SELECT result FROM grade WHERE pick_id = :it", it=first_picks(session)[WON].pick_id
        )  # fmt: skip

    assert rows == [{"result": "VOID"}]


def test_a_graded_pick_is_neither_void_nor_superseded(behind):
    with unit_of_work(behind) as session:
        take_in(session, a_payload(a_result(at=ENDS)), at=ENDS)
        settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=ENDS)
        item = first_picks(session)[WON]
        with pytest.raises(IllegalTransition, match="was GRADED"):
            voided(session, item, VoidReason.EVENT_CANCELLED, Evidence(None, 1), at=ENDS)
        with pytest.raises(IllegalTransition, match="was GRADED"):
            supersede(session, item.pick_id, HOW, tenant_id=TENANT, at=ENDS)


def test_proposals_that_come_to_nothing_expire(behind):
    with unit_of_work(behind) as session:
        assert expire(session, tenant_id=TENANT, league=NBA, at=SOON) == 0
        voided(session, first_picks(session)[WON])
        orphaned = expire(session, tenant_id=TENANT, league=NBA, at=SOON + MINUTE)
        late = expire(session, tenant_id=TENANT, league=NBA, at=START - MINUTE / 2)
        reasons = rows_of(session, "SELECT reason FROM pick_event WHERE to_state = 'EXPIRED' ORDER BY reason")

    assert (orphaned, late) == (1, 2)
    assert [row["reason"] for row in reasons] == ["OVERTAKEN", "TOO_LATE", "TOO_LATE"]


WRITERS = 16


def at_once(engine, act):
    """Let sixteen writers, each with an engine of its own, act on one pick; give what each of them met."""
    barrier, met, lock = threading.Barrier(WRITERS), [], threading.Lock()
    url = engine.url.render_as_string(hide_password=False)

    def write(place):
        own = open_engine(url)
        try:
            barrier.wait()
            with unit_of_work(own, tenant_id=TENANT) as session:
                act(session, place)
            outcome = None
        except CloselineError as fault:
            outcome = fault
        finally:
            own.dispose()
        with lock:
            met.append(outcome)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


def test_of_sixteen_writers_on_one_pick_one_wins_and_the_rest_are_told_why(behind):
    """Fault 29: some void it, some supersede it, some grade it, all at the same moment."""
    with unit_of_work(behind) as session:
        item = first_picks(session)[WON]

    def act(session, place):
        if place % 3 == 0:
            voided(session, item)
        elif place % 3 == 1:
            supersede(session, item.pick_id, HOW, tenant_id=TENANT, at=SOON)
        else:
            picks.move(session, [item.pick_id], PickState.GRADED, tenant_id=TENANT, reason="x", at=SOON)

    met = at_once(behind, act)
    losers = [fault for fault in met if fault is not None]

    with unit_of_work(behind, write=False) as session:
        rows = rows_of(
            session, "SELECT seq, from_state FROM pick_event WHERE pick_id = :it ORDER BY seq", it=item.pick_id
        )
        links = successors.links(session, item.selection.event_id, tenant_id=TENANT)
        states = {name: state for name, (_, state) in picks.states(session, list(links), tenant_id=TENANT).items()}
    assert len(losers) == WRITERS - 1
    assert {type(fault) for fault in losers} == {IllegalTransition}
    assert all("\n" not in str(fault) for fault in losers)
    assert [(row["seq"], row["from_state"]) for row in rows] == [(1, None), (2, "PROPOSED"), (3, "PUBLISHED")]
    assert broken(links, states) == []


def test_of_sixteen_publishers_of_one_proposal_one_wins(behind):
    with unit_of_work(behind) as session:
        item = first_picks(session)[SPREAD]
    met = at_once(behind, lambda session, _: supersede(session, item.pick_id, HOW, tenant_id=TENANT, at=SOON))

    assert sum(fault is None for fault in met) == 1
    with unit_of_work(behind, write=False) as session:
        rows = session.rows(text("SELECT count(*) AS n FROM live_pick WHERE market_key = 'SPREAD:FULL_GAME'"))
        assert rows[0].n == 1
