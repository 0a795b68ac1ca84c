"""A challenger beside the model in force, on both databases: kept as it was said, never judged, and compared later."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadInput, NotFound
from closeline.domain.events import PropChallengerSet
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.comparing import AGAIN, compare_models
from closeline.jobs.props.foretold import known, stored_models
from closeline.jobs.props.health import Limits
from closeline.jobs.props.moments import LEAGUE, moment_of
from closeline.jobs.props.running import Hands, PipelineAsked, pipeline
from closeline.jobs.props.shadowing import clear_challengers, keep_day, set_challenger, shown
from closeline.jobs.props.side_by_side import STORED
from closeline.jobs.props.stored import StoredModels
from closeline.jobs.props.training import train
from closeline.jobs.run_inline import run
from closeline.store import events
from closeline.store.players import shadow
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests.builders import prop_league
from tests.builders.desks import a_desk
from tests.builders.prop_league import DAYS, KEY, PRICED, SEEN_AT, TINY, TONIGHT, take_in
from tests.builders.records import a_copy, make_seeded, opened

PRA = (Statistic.PRA,)
WHO = "synthetic person"
# The lines were seen two hours before, too, at the same prices.
EARLIER = SEEN_AT - timedelta(hours=2)
AFTER = SEEN_AT + timedelta(days=2)
# Everything but what is kept of both, and the log, which also tells who named the challenger.
RECORD = sorted(set(metadata.tables) - {"prop_shadow", "event_log"})


def a_prop_desk(engine, *, now=SEEN_AT):
    return replace(a_desk(engine, now=now), prop_models=StoredModels(KEY.public))


def make_two(url):
    """Fill a record with tonight's lines, at two moments, and two models of what was known by then."""
    make_seeded(url)
    with opened(url) as engine:
        later = prop_league.player_props()
        take_in(engine, prop_league.player_games(), "player_games.csv")
        take_in(engine, later.replace(b"T17:00:00Z", b"T15:00:00Z"), "player_props_early.csv", now=EARLIER)
        for days, rounds in ((3, 4), (1, 8)):
            settings = replace(TINY.settings, mean=replace(TINY.settings.mean, rounds=rounds))
            now = EARLIER - timedelta(days=days)
            train(a_prop_desk(engine, now=now), replace(TINY, settings=settings), key=KEY)


@pytest.fixture
def two(new_databases):
    with a_copy(new_databases, "prop league with two models", make_two) as engine:
        yield engine


@pytest.fixture
def priced(new_databases):
    with a_copy(new_databases, *PRICED) as engine:
        yield engine


def versions(desk):
    """Give the older version, and the newer one, which is in force."""
    with unit_of_work(desk.engine, write=False) as session:
        newer, older = (item.version for item in stored_models(session, desk, Statistic.PRA))
    return older, newer


def the_pipeline(desk):
    hands = Hands(run, lambda _desk: None, lambda: KEY)
    return pipeline(desk, PipelineAsked(TONIGHT, TINY, Limits(retrain_days=365)), hands)


def rows_of(engine, table):
    """Give every row of a table as text, but for what says how long a machine took."""
    with unit_of_work(engine, write=False) as session:
        found = session.rows(text(f"SELECT * FROM {table}"))
        return sorted(str({k: v for k, v in row._mapping.items() if k != "runtime_ms"}) for row in found)


def kept(desk):
    older, newer = versions(desk)
    with unit_of_work(desk.engine, write=False) as session:
        return shadow.of_versions(session, older, newer, tenant_id=desk.tenant_id, as_of=desk.clock())


def play(engine):
    """Let the lines be seen once more, and the night be played."""
    take_in(engine, prop_league.player_props(), "player_props.csv")
    take_in(engine, prop_league.player_games(DAYS + 1), "player_games_later.csv", now=AFTER - timedelta(hours=12))
    return a_prop_desk(engine, now=AFTER)


def counted(desk, pair):
    """Give what the player of a pair came to that night."""
    with unit_of_work(desk.engine, write=False) as session:
        logs = known(session, desk).logs
    player = pair.market_key.rpartition(":")[2]
    rows = (logs.day == logs.day.max()) & (logs.player == logs.players.index(player))
    return float(logs.numbers(Statistic.PRA)[rows][0])


def challenged(engine):
    """Give a desk on which the older model is the challenger, and the two versions."""
    desk = a_prop_desk(engine, now=EARLIER)
    older, newer = versions(desk)
    set_challenger(desk, older, actor=WHO)
    return desk, older, newer


def test_a_challenger_is_set_once_shown_with_who_did_it_and_cleared(two):
    desk, older, newer = challenged(two)
    again = set_challenger(desk, older, actor="somebody else")
    pra = next(item for item in again.challengers if item.statistic == "PRA")
    cleared = clear_challengers(desk, PRA, actor=WHO)
    told = [line for line in rows_of(two, "event_log") if "PropChallengerSet" in line]

    assert (pra.in_force, pra.challenger, pra.since, pra.actor, again.changed) == (newer, older, EARLIER, WHO, [])
    assert cleared.changed == ["PRA"]
    assert all(item.challenger is None for item in shown(desk).challengers)
    assert len(told) == 2
    assert clear_challengers(desk, PRA, actor=WHO).changed == []


def test_the_model_in_force_and_an_unknown_one_cannot_be_challengers(two):
    desk = a_prop_desk(two, now=EARLIER)
    with pytest.raises(BadInput, match="another model than the one in force"):
        set_challenger(desk, versions(desk)[1], actor=WHO)
    with pytest.raises(NotFound, match="must be in the record"):
        set_challenger(desk, "nobody", actor=WHO)
    assert shown(desk).kept == []


def test_the_record_is_the_same_with_and_without_a_challenger(two, new_databases):
    with a_copy(new_databases, "prop league with two models", make_two) as alone:
        plain = a_prop_desk(alone, now=EARLIER)
        # A log as long as the other: that nobody is the challenger was told in it.
        with unit_of_work(plain.engine) as session:
            nobody = PropChallengerSet(LEAGUE, "PRA", "", "", WHO)
            events.record(session, nobody, tenant_id=plain.tenant_id, actor=WHO, at=EARLIER)
        the_pipeline(plain)
        desk, _, _ = challenged(two)
        the_pipeline(desk)

        assert kept(desk)
        assert rows_of(alone, "prop_shadow") == []
        for table in RECORD:
            assert rows_of(two, table) == rows_of(alone, table), table


def test_the_job_that_forecasts_keeps_both_and_a_second_run_changes_nothing(two):
    desk, older, newer = challenged(two)
    first = the_pipeline(desk)
    before = rows_of(two, "prop_shadow")
    second = the_pipeline(desk)
    keep_day(replace(desk, clock=FixedClock(EARLIER + timedelta(minutes=5))), TONIGHT)
    pairs = kept(desk)

    assert [(item.name, item.state) for item in first.steps if item.name == "shadow"] == [("shadow", "DONE")]
    assert [(item.name, item.state) for item in second.steps if item.name == "shadow"] == [("shadow", "UNCHANGED")]
    assert rows_of(two, "prop_shadow") == before
    # Whoever is expected has his number kept; the rookie has too few games to have one.
    assert len(pairs) == 2 * prop_league.PER_TEAM
    assert {(item.first.version, item.second.version) for item in pairs} == {(newer, older)}
    assert sum(item.line is not None for item in pairs) == 6
    assert {item.as_of for item in pairs} == {EARLIER}
    with unit_of_work(desk.engine, write=False) as session:
        assert [item.rows for item in shadow.counts(session, tenant_id=desk.tenant_id)] == [12]
        assert shadow.counts(session, tenant_id="guest") == []


def test_what_is_kept_of_the_model_in_force_is_what_its_sheet_says(two):
    desk, _, _ = challenged(two)
    snapshot = readings(desk)[0]
    run(desk, "evaluate.snapshot", "one", {"league": LEAGUE, "snapshot_id": snapshot, "phase": "OPEN"})
    with unit_of_work(two, write=False) as session:
        sheets = [row.content for row in session.rows(text("SELECT content FROM decomposition"))]
    priced = [item for item in kept(desk) if item.line is not None]

    assert len(priced) == 6
    for item in priced:
        assert any(
            f'"{item.market_key.rpartition(":")[2]}"' in sheet and str(item.first.mean) in sheet for sheet in sheets
        )


def readings(desk):
    with unit_of_work(desk.engine, write=False) as session:
        return [item.snapshot_id for item in moment_of(session, TONIGHT, now=desk.clock()).readings]


def test_a_challenger_that_cannot_be_read_stops_nobody(two):
    desk, older, _ = challenged(two)

    class OneLost(StoredModels):
        def named(self, session, version):
            if version == older:
                raise NotFound("this model is lost")
            return super().named(session, version)

    found = the_pipeline(replace(desk, prop_models=OneLost(KEY.public)))

    assert found.lines == 6
    assert rows_of(two, "prop_shadow") == []


def test_a_model_that_has_learned_from_the_day_is_not_kept_beside_another(two):
    desk, _, _ = challenged(two)
    later = replace(desk, clock=FixedClock(AFTER))

    # Both were trained before yesterday's game, on games before it.
    assert keep_day(later, TONIGHT - timedelta(days=1)) == 2 * prop_league.PER_TEAM
    # The day before, the older one was in force, and the other, which has learned from that day, may not speak.
    the_other_way = replace(desk, clock=FixedClock(EARLIER - timedelta(days=2)))
    set_challenger(the_other_way, versions(desk)[1], actor=WHO)
    assert shown(the_other_way).challengers[3].challenger == versions(desk)[1]
    assert keep_day(later, TONIGHT - timedelta(days=2)) == 0


def test_two_versions_are_compared_by_what_was_kept_and_neither_is_asked_again(two, monkeypatch):
    desk, older, newer = challenged(two)
    the_pipeline(desk)
    later = play(two)

    told = [(item, counted(later, item)) for item in kept(later)]

    def asked(*_):
        raise AssertionError("a model was asked again")

    with monkeypatch.context() as patched:
        patched.setattr("closeline.maths.props.training.ensemble.TrainedModel.predict", asked)
        found = compare_models(later, older, newer)
        back = compare_models(later, newer, older)
    anew = compare_models(later, older, newer, TONIGHT, again=True)
    off = {version: sum(abs(y - item.of(version).mean) for item, y in told) / 12 for version in (older, newer)}

    assert (found.basis, found.crps.n, found.waiting, found.recorded_before) == (STORED, 12, 0, 12)
    assert (found.first_day, found.last_day) == (TONIGHT, TONIGHT)
    assert back.crps.mean == pytest.approx(-found.crps.mean)
    assert {item.name: item.mae for item in found.standings} == pytest.approx(off)
    # Asked anew, both see what was known half an hour before the game: these are not the numbers that were kept.
    assert (anew.basis, anew.crps.n) == (AGAIN, 12)
    assert {item.name: item.mae for item in anew.standings} != pytest.approx(off)
    assert found.clv is not None
    assert (found.clv.n, found.clv.clusters) == (6, 1)
    assert found == compare_models(later, older, newer)


def test_forecasts_that_wait_for_their_games_are_not_replaced_by_asking_again(two):
    desk, older, newer = challenged(two)
    the_pipeline(desk)
    with pytest.raises(BadInput, match="12 wait for their games"):
        compare_models(desk, older, newer)


def test_where_nothing_was_kept_both_are_asked_and_the_answer_says_so(two):
    later = play(two)
    older, newer = versions(later)
    found = compare_models(later, older, newer)

    assert found.basis == AGAIN
    assert "asked anew" in found.told


def test_a_desk_without_a_challenger_keeps_nothing(priced):
    assert keep_day(a_prop_desk(priced), TONIGHT) == 0
