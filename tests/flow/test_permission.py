"""Permission: what a switch, a flag, the mode or a full disk keeps from going out, in the transaction that publishes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from closeline.domain.clock import micros
from closeline.domain.feeds.mode import Mode, Standing
from closeline.domain.governance.modes import KILL_SWITCH
from closeline.domain.governance.switches import BY_HAND, stops_channel
from closeline.domain.picks import Decision, PickState, Tier
from closeline.flow import gate, pick, publish, settle
from closeline.flow.publish import carrying, permission
from closeline.flow.settle.permission import may_grade
from closeline.store.desk import flags, picks, switches
from closeline.store.session import unit_of_work
from tests.builders.moments import ENDS, HOUR, MINUTE, OPENS
from tests.builders.payloads import a_payload, a_result, three_markets
from tests.builders.records import TENANT, a_copy, number, opened, rows_of, take_in
from tests.builders.stories import NBA, forecast_at, make_rated
from tests.fakes import FakeChannel

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
STOPPING = ("global", "tenant", "league:nba", "verb:publish")
FLAGS_OFF = ("PUBLISH_ENABLED_ALL", "PUBLISH_ENABLED_NBA", "LEAGUE_ENABLED_NBA")


def make_proposed(url):
    make_rated(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_at(session, a_payload(*three_markets()))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


@pytest.fixture
def proposed(new_databases):
    """Give a record with picks that stand ready."""
    with a_copy(new_databases, "proposed", make_proposed) as engine:
        yield engine


def stop(session, scope, *, cause=BY_HAND):
    return switches.turn_on(
        session, tenant_id=TENANT, scope=scope, cause=cause, actor="someone", why="a reason", at=OPENS
    )  # fmt: skip


def put_off(session, name, scope="tenant"):
    flags.put(
        session, tenant_id=TENANT, name=name, scope=scope, is_on=False, actor="someone", why="a reason", at=OPENS
    )  # fmt: skip


def go_out(session, **how):
    return publish.publish(
        session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS), channels=("app",), at=OPENS, **how
    )  # fmt: skip


def fates(session):
    """Give the markets that went out, and the reasons for which the others did not."""
    made = picks.every(session, tenant_id=TENANT, league="nba")
    states = picks.states(session, [item.pick_id for item in made], tenant_id=TENANT)
    out = {item.selection.market.type for item in made if states[item.pick_id][1] is PickState.PUBLISHED}
    return out, {row["reason"] for row in rows_of(session, "SELECT reason FROM pick_event WHERE to_state = 'REJECTED'")}


def everything(engine):
    with unit_of_work(engine, write=False) as session:
        return {item.selection.market.type for item in picks.every(session, tenant_id=TENANT, league="nba")}


# --------------------------------------------------------------------------------------- what is published


@pytest.mark.parametrize("scope", STOPPING)
def test_a_switch_that_is_on_lets_nothing_out(proposed, scope):
    with unit_of_work(proposed) as session:
        stop(session, scope)
        assert go_out(session).published == 0
        assert fates(session) == (set(), {KILL_SWITCH})
        assert number(session, "SELECT count(*) FROM delivery") == 0


@pytest.mark.parametrize("name", FLAGS_OFF)
def test_a_flag_that_is_off_lets_nothing_out(proposed, name):
    with unit_of_work(proposed) as session:
        put_off(session, name)
        assert go_out(session).published == 0
        assert fates(session) == (set(), {permission.FLAG_OFF})


@pytest.mark.parametrize("how", ["switch", "flag"])
def test_one_market_is_stopped_alone(proposed, how):
    made = everything(proposed)
    stopped = min(made)
    with unit_of_work(proposed) as session:
        stop(session, f"market:{stopped}") if how == "switch" else put_off(session, f"MARKET_ENABLED_{stopped}")
        go_out(session)
        out, reasons = fates(session)

    assert out == made - {stopped}
    assert reasons == {KILL_SWITCH if how == "switch" else permission.FLAG_OFF}


@pytest.mark.parametrize("scope", ["league:nfl", "market:PLAYER_POINTS", "verb:grade", "channel:app"])
def test_a_switch_for_something_else_stops_nothing_of_it(proposed, scope):
    with unit_of_work(proposed) as session:
        stop(session, scope)
        go_out(session)
        assert fates(session) == (everything_in(session), set())


def everything_in(session):
    return {item.selection.market.type for item in picks.every(session, tenant_id=TENANT, league="nba")}


def test_a_switch_that_was_lifted_stops_nothing(proposed):
    with unit_of_work(proposed) as session:
        switches.lift(session, stop(session, "global"), actor="someone", why="mended", at=OPENS)
        assert go_out(session).published > 0


@pytest.mark.parametrize(("free", "goes"), [(None, True), (0.5, True), (0.05, True), (0.049, False), (0.0, False)])
def test_a_disk_that_is_nearly_full_lets_nothing_out(proposed, free, goes):
    """Invariant O4."""
    with unit_of_work(proposed) as session:
        assert bool(go_out(session, disk_free=free).published) is goes


def test_a_permission_that_ignores_switches_would_let_them_out(proposed, monkeypatch):
    """The planted twin: nothing but the reading of the switches holds the picks back."""
    monkeypatch.setattr(switches, "turned_on", lambda session, *, tenant_id: [])
    with unit_of_work(proposed) as session:
        stop_without_looking(session)
        assert go_out(session).published > 0


def stop_without_looking(session):
    stop(session, "global")


# ------------------------------------------------------------------------------------- what is sent, and graded


def test_a_post_waits_while_a_switch_is_on_and_goes_when_it_is_lifted(proposed):
    channel = FakeChannel("app")
    with unit_of_work(proposed) as session:
        go_out(session)
        held = stop(session, "channel:app")
        parcels = carrying.plan(session, tenant_id=TENANT, channels=[channel], at=OPENS + MINUTE)
        assert [parcel.deliveries for parcel in parcels] == [()]
        switches.lift(session, held, actor="someone", why="mended", at=OPENS + MINUTE)
        parcels = carrying.plan(session, tenant_id=TENANT, channels=[channel], at=OPENS + 2 * MINUTE)
        assert len(parcels[0].deliveries) == len(everything_in(session))


@pytest.mark.parametrize("how", ["switch", "flag"])
def test_nothing_is_graded_while_grading_is_stopped_and_the_sweep_takes_it_up_afterwards(proposed, how):
    over = ENDS + HOUR
    with unit_of_work(proposed) as session:
        go_out(session)
        take_in(session, a_payload(a_result(score=(110, 100), at=over)), at=over)
        held = stop(session, "verb:grade") if how == "switch" else None
        if held is None:
            put_off(session, "GRADE_ENABLED_NBA")
        assert grade_all(session, over).graded == 0
        assert settle.sweep(session, tenant_id=TENANT, league=NBA, at=over).gradable == 0
        if held:
            switches.lift(session, held, actor="someone", why="mended", at=over)
        else:
            flags.put(session, tenant_id=TENANT, name="GRADE_ENABLED_NBA", scope="tenant", is_on=True,
                      actor="someone", why="mended", at=over)  # fmt: skip
        assert settle.sweep(session, tenant_id=TENANT, league=NBA, at=over).gradable > 0
        assert grade_all(session, over).graded > 0


def grade_all(session, at):
    return settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="x", at=at)


# ------------------------------------------------------------------------------------------- the effect matrix


def matrix():
    """Give the rows of the table in the documentation: what is set, and what then happens to each of five things."""
    table = PAGE.read_text().partition("<!-- effects -->")[2].partition("<!-- end of effects -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return {re.sub(r"`", "", row[0]): tuple(row[1:]) for row in rows[2:]}


MODES = {"mode FULL": Mode.FULL, "mode EDGE_ONLY": Mode.EDGE_ONLY, "mode NONE": Mode.NONE}


def effect(session, what):
    """Give what the code does: with a PICK of tier A, a LEAN, a post that waits, a notice and a grade."""
    kind, _, of = what.partition(" ")
    if kind == "switch":
        stop(session, of)
    if kind == "flag":
        put_off(session, of.removesuffix(" off"))
    standing = Standing(MODES.get(what, Mode.FULL), (), timedelta(0), stale=False)
    free = 0.04 if kind == "disk" else 0.5
    found = permission.read(session, tenant_id=TENANT, league=NBA, standing=standing, disk_free=free)
    kept = [
        found.refuses("TOTAL", Decision.PICK, Tier.A) is not None,
        found.refuses("TOTAL", Decision.LEAN, Tier.NONE) is not None,
        any(stops_channel(item, "telegram") for item in found.switches),
        any(stops_channel(item, "telegram", notice=True) for item in found.switches),
        not may_grade(session, tenant_id=TENANT, league=NBA),
    ]
    return tuple("held" if item else "goes" for item in kept)


@pytest.mark.parametrize("what", matrix())
def test_the_effect_matrix_of_the_documentation_is_what_the_code_does(seeded, what):
    with unit_of_work(seeded) as session:
        assert effect(session, what) == matrix()[what]


def test_the_matrix_has_every_mode_scope_and_family_of_flags():
    kinds = {re.sub(r"(:.*|_(ALL|NBA|TOTAL)\b.*)", "", what) for what in matrix()}

    assert kinds == {
        "mode FULL", "mode EDGE_ONLY", "mode NONE", "switch global", "switch tenant", "switch league", "switch market",
        "switch channel", "switch verb", "flag PUBLISH_ENABLED", "flag LEAGUE_ENABLED", "flag MARKET_ENABLED",
        "flag GRADE_ENABLED", "disk below 5 %",
    }  # fmt: skip
