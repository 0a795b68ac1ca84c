"""A day of players by the jobs that the command line, the worker and the API share, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadInput, NotFound, StaleLogs
from closeline.domain.props.filters import PropFilters
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.health import Health, Limits, is_stale, status
from closeline.jobs.props.predicting import distribution, predict
from closeline.jobs.props.recommending import Wanted, recommend
from closeline.jobs.props.running import Hands, PipelineAsked, pipeline
from closeline.jobs.props.stored import StoredModels
from closeline.jobs.props.training import TrainingAsked, train
from closeline.jobs.replaying.verify import verify_run
from closeline.jobs.run_inline import run
from closeline.store.session import unit_of_work
from tests.builders import prop_league
from tests.builders.desks import a_desk
from tests.builders.prop_league import DAYS, FIRST, KEY, PRICED, SEEN_AT, TINY, TONIGHT
from tests.builders.records import a_copy, make_seeded, opened, plant_calibration, plant_policy

PRA = (Statistic.PRA,)
TRAINING = TINY
LOOSE = Wanted(PropFilters(min_edge=0.0, min_confidence=0.0, max_cv=10.0), bankroll=1000.0)
TABLES = (
    "prop_model",
    "market_evaluation",
    "sim_run",
    "prediction",
    "candidate_finding",
    "event_log",
    "job_run",
    "pick",
)


def trained_desk(engine, *, now=SEEN_AT):
    return replace(a_desk(engine, now=now), prop_models=StoredModels(KEY.public))


def make_trained(url):
    """Add a model of what was known before tonight's lines."""
    with opened(url) as engine:
        train(trained_desk(engine, now=SEEN_AT - timedelta(hours=1)), TRAINING, key=KEY)


@pytest.fixture
def priced(new_databases):
    with a_copy(new_databases, *PRICED) as engine:
        yield engine


@pytest.fixture
def trained(new_databases):
    with a_copy(new_databases, "prop league trained", make_trained, PRICED) as engine:
        yield engine


@pytest.fixture
def bare(new_databases):
    with a_copy(new_databases, "seeded", make_seeded) as engine:
        yield engine


def hands(asked=None):
    def fetch(desk):
        asked.append(desk.clock())

    return Hands(run, fetch, lambda: KEY)


def the_pipeline(engine, *, now=SEEN_AT, day=TONIGHT, strict=False, limits=None, training=TRAINING):
    asked = PipelineAsked(day, training, limits or Limits(), strict)
    return pipeline(trained_desk(engine, now=now), asked, hands())


def counted(engine):
    with unit_of_work(engine, write=False) as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES}


def state_of(found, step):
    return next(item.state for item in found.steps if item.name == step)


def test_everybody_who_is_expected_is_listed_and_whoever_has_too_few_games_has_no_numbers(trained):
    found = predict(trained_desk(trained), TONIGHT, PRA)
    few = [item for item in found.players if item.status == "INSUFFICIENT_DATA"]

    assert len(found.players) == 2 * prop_league.PER_TEAM + 1
    assert [(item.player, item.games, item.mean, item.low) for item in few] == [("Synthetic Rookie", 3, None, None)]
    assert all((item.low or 0) <= item.mean <= (item.high or 0) for item in found.players if item.mean is not None)
    assert sum(item.line is not None for item in found.players) == 6
    assert {item.plays_basis: item.plays for item in found.players} == {"PRIOR": 0.96, "UNKNOWN": None}
    assert (found.games, found.models[0].hindsight, found.notes) == (1, False, [])


def test_without_odds_there_are_predictions_and_the_answer_says_that_there_is_nothing_else(trained):
    day = FIRST + timedelta(days=DAYS - 1)
    found = predict(trained_desk(trained), day, PRA)

    assert len(found.players) == 2 * prop_league.PER_TEAM + 1
    assert all(item.line is None for item in found.players)
    assert any("predictions only" in note for note in found.notes)


def test_a_model_that_has_seen_the_day_is_told_and_never_speaks_in_the_record(trained):
    day = FIRST + timedelta(days=DAYS - 1)
    found = predict(trained_desk(trained), day, PRA)
    limits = Limits(retrain_days=365)
    told = the_pipeline(trained, day=day, limits=limits)

    assert found.models[0].hindsight
    assert any(f"closeline props train --before {day}" in note for note in found.notes)
    assert state_of(told, "train") == "DONE"


def test_a_distribution_sums_to_one_and_agrees_with_its_chances(trained):
    found = distribution(trained_desk(trained), TONIGHT, "nba_1", Statistic.PRA)

    assert sum(found.mass) == pytest.approx(1.0, abs=2e-6)
    for chance in found.lines:
        assert chance.over + chance.push + chance.under == pytest.approx(1.0, abs=1e-9)
        whole = int(chance.line) if chance.line == int(chance.line) else None
        assert chance.push == pytest.approx(0.0 if whole is None else found.mass[whole], abs=1e-9)
        assert chance.over == pytest.approx(sum(found.mass[int(chance.line) + 1 :]), abs=2e-6)
    assert [chance.line for chance in found.lines if chance.quoted] == [found.player.line]
    assert found.median is not None
    assert sum(found.mass[: found.median + 1]) >= 0.5 > sum(found.mass[: found.median])


def test_a_name_that_two_may_have_is_refused_with_both_and_a_part_of_one_is_enough(trained):
    desk = trained_desk(trained)
    with pytest.raises(BadInput, match=r"Synthetic Home Ason \(nba_1\), Synthetic Away Ason \(nba_7\)"):
        distribution(desk, TONIGHT, "Ason", Statistic.PRA)
    with pytest.raises(NotFound, match="expected on"):
        distribution(desk, TONIGHT, "Zorro", Statistic.PRA)

    assert distribution(desk, TONIGHT, "home ason", Statistic.PRA).player.player_id == "nba_1"
    assert distribution(desk, TONIGHT, "Rookie", Statistic.PRA).mass == []


def test_every_line_is_recommended_or_has_reasons_and_none_is_lost(trained):
    before = counted(trained)
    found = recommend(trained_desk(trained), TONIGHT, Wanted(PropFilters()))

    assert counted(trained) == before
    assert len(found.lines) == 6
    assert all(bool(item.refusals) is not item.recommended for item in found.lines)
    assert all(item.stake_share == 0 for item in found.lines if not item.recommended)
    assert {item.reason: item.lines for item in found.not_judged} == {"NO_MODEL": 1}
    assert {item.reason for item in found.costs} == {"EDGE", "CONFIDENCE", "CV", "INSUFFICIENT_DATA", "NOT_PLAYING"}
    for reason in found.refusals:
        held = sum(any(each.reason == reason.reason for each in item.refusals) for item in found.lines)
        assert held == reason.lines


def test_an_edge_that_is_not_reached_is_a_reason_with_both_numbers(trained):
    found = recommend(trained_desk(trained), TONIGHT, Wanted(PropFilters(min_edge=0.5, min_confidence=0.0)))
    told = [each for item in found.lines for each in item.refusals if each.reason == "EDGE"]

    assert len(told) == 6
    assert all("at least 50 % is asked" in each.detail for each in told)
    assert next(item.removed_alone for item in found.costs if item.reason == "EDGE") == 6


def test_the_gates_of_the_desk_refuse_what_the_filters_let_through_where_no_policy_is_in_force(trained):
    found = recommend(trained_desk(trained), TONIGHT, LOOSE)

    assert found.passed_filters > 0
    assert (found.recommended, found.passed_desk) == (0, 0)
    assert "NO_DECISION_POLICY" in {item.reason for item in found.refusals if item.by == "DESK"}


def test_what_passes_filters_and_gates_is_staked_by_a_quarter_of_kelly_and_one_percent_at_most(trained):
    with unit_of_work(trained) as session:
        plant_policy(session, keys=("PLAYER_PRA:FULL_GAME",))
        plant_calibration(session, market_key="PLAYER_PRA:FULL_GAME")
    found = recommend(trained_desk(trained), TONIGHT, Wanted(PropFilters(), bankroll=1000.0))
    bets = [item for item in found.lines if item.recommended]

    assert (len(bets), found.recommended) == (found.recommended, len(bets))
    assert bets
    for item in bets:
        kelly = (item.p_side * item.decimal - 1) / (item.decimal - 1)
        assert item.stake_share == pytest.approx(min(kelly / 4, 0.01), abs=1e-9)
        assert item.stake == pytest.approx(1000 * item.stake_share)
        assert (item.filters, item.desk, item.refusals) == ("BET", "PICK", [])
    assert found.lines[: len(bets)] == bets


def test_before_the_games_the_pipeline_publishes_what_is_recommended(trained):
    with unit_of_work(trained) as session:
        plant_policy(session, keys=("PLAYER_PRA:FULL_GAME",))
        plant_calibration(session, market_key="PLAYER_PRA:FULL_GAME")
    wanted = recommend(trained_desk(trained), TONIGHT, LOOSE)
    found = the_pipeline(trained)
    again = the_pipeline(trained)
    with unit_of_work(trained, write=False) as session:
        published = session.scalar(text("SELECT count(*) FROM publication"))

    assert found.picks == wanted.passed_desk > 0
    assert published == found.picks + found.leans
    assert (again.picks, again.record_hash) == (found.picks, found.record_hash)


def test_without_a_model_one_line_says_how_to_train_one(priced):
    desk = trained_desk(priced)
    for ask in (lambda: predict(desk, TONIGHT, PRA), lambda: recommend(desk, TONIGHT, LOOSE)):
        with pytest.raises(NotFound, match="run: closeline props train"):
            ask()


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=400)])
def test_a_pipeline_run_twice_leaves_the_same_record(trained, later):
    first = the_pipeline(trained, now=SEEN_AT + later)
    rows = counted(trained)
    second = the_pipeline(trained, now=SEEN_AT + later)

    assert (state_of(first, "record"), state_of(second, "record")) == ("DONE", "UNCHANGED")
    assert state_of(second, "train") == "UNCHANGED"
    assert first.record_hash == second.record_hash
    assert counted(trained) == rows
    assert (second.lines, second.refused, second.insufficient) == (6, 6, 1)


def test_what_was_recorded_is_what_was_rehearsed(trained):
    rehearsed = recommend(trained_desk(trained), TONIGHT, LOOSE)
    the_pipeline(trained)
    recorded = recommend(trained_desk(trained), TONIGHT, LOOSE)

    assert [item.model_dump() for item in rehearsed.lines] == [item.model_dump() for item in recorded.lines]


def test_of_a_day_that_is_over_nothing_is_proposed_and_no_event_is_told(trained):
    before = counted(trained)
    found = the_pipeline(trained, now=SEEN_AT + timedelta(days=2))
    after = counted(trained)

    assert (found.as_of, found.lines) == (SEEN_AT, 6)
    assert (after["event_log"], after["pick"], after["job_run"]) == (
        before["event_log"],
        before["pick"],
        before["job_run"],
    )
    assert after["prediction"] == before["prediction"] + 6


def test_a_recorded_run_is_executed_again_and_names_in_quarantine_are_no_difference(trained):
    the_pipeline(trained)
    with unit_of_work(trained, write=False) as session:
        name = session.scalar(text("SELECT run_id FROM sim_run WHERE engine LIKE 'props-%'"))
        aside = session.scalar(text("SELECT count(*) FROM quarantine WHERE reason = 'UNKNOWN_PLAYER'"))

    assert aside > 0
    assert verify_run(trained_desk(trained), name).differences == ()


def test_from_nothing_but_files_a_pipeline_trains_and_judges(priced):
    found = the_pipeline(priced)

    assert [(item.name, item.state) for item in found.steps] == [
        ("fetch", "SKIPPED"), ("logs", "DONE"), ("features", "DONE"), ("train", "DONE"), ("predict", "DONE"),
        ("record", "DONE"),
    ]  # fmt: skip
    assert found.health == Health.HEALTHY
    assert found.lines == 6


def test_without_logs_a_pipeline_warns_and_strictly_stops(bare):
    found = the_pipeline(bare)

    assert found.health == Health.NO_DATA
    assert any("closeline props import" in warning for warning in found.warnings)
    with pytest.raises(StaleLogs, match="no game of a player"):
        the_pipeline(bare, strict=True)


def test_old_logs_are_a_warning_and_strictly_a_stop(trained):
    day = TONIGHT + timedelta(days=20)
    now = SEEN_AT + timedelta(days=20)
    found = the_pipeline(trained, now=now, day=day)

    assert found.health == Health.STALE
    assert any("end 21 days before it" in warning for warning in found.warnings)
    with pytest.raises(StaleLogs, match="import newer games"):
        the_pipeline(trained, now=now, day=day, strict=True)


def test_too_little_to_learn_from_is_a_warning_and_strictly_a_fault(priced):
    more = TrainingAsked(statistics=PRA, settings=replace(TINY.settings, folds=19))
    found = the_pipeline(priced, training=more)

    assert (found.health, found.lines) == (Health.NO_MODEL, 0)
    assert any("ask for fewer folds or import earlier seasons" in warning for warning in found.warnings)
    with pytest.raises(BadInput, match="ask for fewer folds"):
        the_pipeline(priced, training=more, strict=True)


def test_a_model_that_lies_behind_the_logs_is_trained_again_and_both_stay(trained):
    with unit_of_work(trained, write=False) as session:
        held = session.scalar(text("SELECT count(*) FROM prop_model"))
    prop_league.take_in(trained, prop_league.player_games(DAYS + 3), "more.csv", now=SEEN_AT + timedelta(days=5))
    later = SEEN_AT + timedelta(days=5)
    found = the_pipeline(trained, now=later, day=TONIGHT + timedelta(days=5), limits=Limits(retrain_days=2))

    assert state_of(found, "train") == "DONE"
    assert counted(trained)["prop_model"] == held + 1


def test_a_live_desk_asks_its_feeds_first_and_not_for_a_day_that_is_over(trained):
    class Feed:
        def required_items(self, want):
            return ("odds",)

    asked: list[object] = []
    live = replace(trained_desk(trained), fetch=object(), feeds=(Feed(),))
    pipeline(live, PipelineAsked(TONIGHT, TRAINING), hands(asked))
    over = replace(live, clock=FixedClock(SEEN_AT + timedelta(days=3)))
    pipeline(over, PipelineAsked(TONIGHT, TRAINING), hands(asked))

    assert asked == [SEEN_AT]


def test_status_tells_what_is_held_what_is_missing_and_what_each_model_came_to(trained):
    found = status(trained_desk(trained))
    models = {item.statistic: item for item in found.models}

    assert (found.health, found.mend) == (Health.HEALTHY, "")
    assert (found.data.players, found.data.last_day, found.data.days_old) == (13, FIRST + timedelta(days=DAYS - 1), 1)
    assert {(item.feed, item.reason) for item in found.set_aside} >= {("player_props", "UNKNOWN_PLAYER")}
    assert found.features == 134
    assert all(item.reason for item in found.missing_features)
    assert models["PRA"].total is not None
    assert models["PRA"].total.n > 0
    assert [item.name for item in models["PRA"].baselines] == ["EWMA 3", "EWMA 7", "EWMA 15"]
    assert models["THREES"].version is None


def test_a_bare_record_and_one_without_models_name_the_mend(bare, priced):
    assert status(trained_desk(bare)).health == Health.NO_DATA
    assert status(trained_desk(priced)).health == Health.NO_MODEL
    assert "closeline props train" in status(trained_desk(priced)).mend


@pytest.mark.parametrize(
    ("last", "day", "stale"),
    [
        ((2025, 1, 10), (2025, 1, 17), False), ((2025, 1, 10), (2025, 1, 18), True),
        ((2024, 4, 14), (2024, 7, 1), False), ((2024, 4, 14), (2024, 10, 24), False),
        ((2024, 4, 14), (2024, 12, 1), True), ((2025, 4, 13), (2025, 4, 25), False),
    ],
)  # fmt: skip
def test_logs_are_stale_in_season_alone_and_a_new_season_begins_to_count_with_its_opening(last, day, stale):
    assert is_stale(date(*last), date(*day), 7) is stale
