"""What the record makes of players' lines afterwards: lineage, re-execution, figures and calibration by their kind."""

# mypy: disable-error-code="union-attr, call-arg"

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import NotFound
from closeline.domain.markets import PLAYER_TYPES, Market, MarketType, Period, Selection, Side, kind_of, line_text
from closeline.domain.publishing.labels import label
from closeline.flow import review, settle
from closeline.flow.tune.calibration.observations import observed
from closeline.flow.tune.calibration.scopes import events_of, scope_named
from closeline.flow.view import closing
from closeline.flow.view import lineage as lineages
from closeline.flow.view.performance import cells
from closeline.flow.view.worth import league_worth
from closeline.jobs.importing import import_archive
from closeline.jobs.registry import JOBS
from closeline.jobs.replaying.verify import verify_run
from closeline.store import forecasts
from closeline.store.desk import candidates, rollups
from closeline.store.past import outcomes
from closeline.store.players import runs as prop_runs
from closeline.store.session import unit_of_work
from tests.builders.box_scores import a_game, games
from tests.builders.desks import a_desk
from tests.builders.injuries import plant_report
from tests.builders.moments import CLOSES, DAY, ENDS, MINUTE, OPENS
from tests.builders.props import (
    GUARD,
    NBA,
    STAR,
    SyntheticModel,
    SyntheticModels,
    a_box,
    a_line,
    a_whole_log,
    expecting,
    forecast_lines,
    played,
    published_lines,
    quoted,
    trust_players,
    with_players,
)
from tests.builders.records import TENANT, rows_of

KIND = "PLAYER_PRA:FULL_GAME"
SINCE = OPENS - timedelta(days=30)


@pytest.fixture
def ready(rated):
    with_players(rated)
    trust_players(rated)
    return rated


@pytest.fixture
def graded(ready):
    """Give a record with two published lines, one of them won and one lost."""
    found = published_lines(ready, [*a_line(), *a_line(GUARD)])
    with unit_of_work(ready) as session:
        played(session, [a_box("1", (20, 6, 2)), a_box("2", (20, 5, 2), at_home=False)])
        settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="sweep", at=ENDS)
    return ready, found


def a_props_desk(engine, models=None, means=None):
    desk = a_desk(engine, now=OPENS, reads=False)
    return replace(desk, prop_models=models or SyntheticModels(), prop_features=expecting(means or {}))


def test_a_run_of_players_is_made_again_bit_by_bit(ready):
    (item,) = published_lines(ready)
    found = verify_run(a_props_desk(ready), item.run_id)

    assert found.identical, found.differences
    assert "logs, features and model by their names" in found.checked


def test_a_run_is_made_again_when_men_of_its_reports_have_played_for_the_first_time_since(ready):
    with unit_of_work(ready) as session:
        plant_report(session, "OUT", reported_at=OPENS - MINUTE, player="Synthetic Mate 11")
        plant_report(session, "QUESTIONABLE", reported_at=OPENS - MINUTE, player="Synthetic Star")
    (item,) = published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, a_whole_log())
    found = verify_run(a_props_desk(ready), item.run_id)

    assert found.identical, found.differences


def test_a_run_whose_model_says_something_else_is_found_out(ready):
    (item,) = published_lines(ready)
    found = verify_run(a_props_desk(ready, means={STAR: 30.4}), item.run_id)

    assert any(KIND in text for text in found.differences)


def test_a_desk_without_models_says_that_it_cannot_make_a_run_of_players_again(ready):
    (item,) = published_lines(ready)

    with pytest.raises(NotFound, match="prop model"):
        verify_run(a_desk(ready, now=OPENS, reads=False), item.run_id)


def test_a_desk_with_a_model_forecasts_the_lines_of_a_snapshot_and_one_without_does_nothing(ready):
    job = JOBS["props.forecast"]
    with unit_of_work(ready) as session:
        arguments = {"league": "nba", "snapshot_id": quoted(session, a_line()), "phase": "OPEN"}
        without = replace(a_props_desk(ready), prop_models=SyntheticModels([]))
        told = [list(job.keep(session, desk, arguments)) for desk in (without, a_props_desk(ready))]

    assert [len(part) for part in told] == [0, 1]
    assert not job.due(a_desk(ready, now=OPENS), arguments)
    assert not job.due(a_props_desk(ready), arguments | {"phase": "CLOSE"})


def test_a_lineage_leads_from_the_grade_to_what_was_said_of_the_player(graded):
    engine, found = graded
    item = next(item for item in found if item.selection.market.player_id == STAR)
    with unit_of_work(engine) as session:
        whole = lineages.lineage(session, lambda _, place: place, pick_id=item.pick_id, tenant_id=TENANT)
        why = lineages.why(session, name=item.pick_id, tenant_id=TENANT)

    assert (whole.pick.label, why.label) == ("Synthetic Star over 27.5 points + rebounds + assists",) * 2
    assert (whole.run.engine, whole.run.decomposition, whole.run.player.player_id) == ("props-v1", None, STAR)
    assert (whole.run.player.games, whole.run.player.plays) == (6, 0.96)
    assert (whole.grade.result, whole.result.place) == ("WIN", "row 1")
    assert {one.kind for one in whole.run.inputs} >= {"PROP_MODEL", "PLAYER_LOGS", "PROP_FEATURES"}


def test_figures_go_by_the_kind_of_a_players_market(graded):
    engine, _ = graded
    with unit_of_work(engine) as session:
        made = cells.refresh(session, tenant_id=TENANT, league=NBA)
        keys = {row.cohort_key for row in rollups.every(session, tenant_id=TENANT, league=NBA)}
        refusals = candidates.refusals(session, tenant_id=TENANT, league=NBA)

    assert (made.picks, len(keys)) == (2, 1)
    assert f"market={KIND}" in keys.pop().split(",")
    assert {kind for _, _, kind, _ in refusals} <= {KIND}


def test_closing_line_value_by_market_goes_by_the_kind_and_not_by_the_player(graded):
    engine, _ = graded
    with unit_of_work(engine) as session:
        quoted(session, [*a_line(at=CLOSES), *a_line(GUARD, at=CLOSES)], at=CLOSES)
        review.review(session, tenant_id=TENANT, league=NBA, snapshot_id="close", at=ENDS)
        found = closing.clv_report(session, tenant_id=TENANT, leagues=[NBA], by=[closing.By.MARKET], as_of=ENDS)

    assert [segment.keys for segment in found.segments] == [{"market": KIND}]


def test_calibration_learns_from_every_player_of_a_kind_each_once(graded):
    engine, _ = graded
    scope = scope_named(f"nba/{KIND}")
    with unit_of_work(engine) as session:
        seen = observed(session, scope, tenant_id=TENANT, since=SINCE, as_of=ENDS)
        known = outcomes.settled(session, tenant_id=TENANT, league=NBA, market_key=KIND, since=SINCE, as_of=ENDS)
        events = events_of(session, scope, tenant_id=TENANT, as_of=ENDS)

    assert sorted(seen.won.tolist()) == [0.0, 1.0]
    assert (seen.duplicates, seen.pushes, seen.voids, events) == (0, 0, 0, 1)
    assert seen.published.all()
    assert {market for market, won in zip(known.markets, known.won.tolist(), strict=True) if won} == {f"{KIND}:{STAR}"}


def test_what_a_player_did_who_is_in_no_log_is_learned_from_by_nobody(ready):
    published_lines(ready)
    with unit_of_work(ready) as session:
        played(session, [a_box("2", (20, 5, 2), at_home=False)])
        seen = observed(session, scope_named(f"nba/{KIND}"), tenant_id=TENANT, since=SINCE, as_of=ENDS)

    assert seen.won.size == 0


def test_the_worth_of_rules_counts_players_by_their_kind(graded):
    engine, _ = graded
    with unit_of_work(engine) as session:
        found = league_worth(session, tenant_id=TENANT, league=NBA)

    assert [share.market_key for share in found.markets] == ["ALL", KIND]
    assert {"participation", "prop_filters"} <= {rule.gate for rule in found.rules}


def test_a_sheet_is_read_back_as_it_was_written(ready):
    with unit_of_work(ready) as session:
        forecast_lines(session, quoted(session, [*a_line(), *a_line(GUARD)]), means={GUARD: 22.5})
        made = forecasts.of_moment(session, tenant_id=TENANT, league=NBA, as_of=OPENS)
        runs = forecasts.runs(session, [item.run_id for item in made])
        (sheet,) = prop_runs.sheets(session, list(runs.values())).values()

    assert {one.player_id: (one.mean, one.variance) for one in sheet.players} == {
        STAR: (pytest.approx(30.35, abs=1e-5), 64.0), GUARD: (22.5, 64.0)
    }  # fmt: skip
    assert sheet.model_version == SyntheticModel().version


PLAYERS = {"": "", "nba_1": "Synthetic Star", "nba_2": "Synthetic Guard"}


def every_selection():
    for kind, period, player in itertools.product(MarketType, (Period.FULL_GAME, Period.FIRST_HALF), PLAYERS):
        if (kind in PLAYER_TYPES) != bool(player):
            continue
        of = Market(kind, period, player)
        for side in of.sides:
            for line in (None,) if not of.has_line else (-14, -2, 0, 2, 14, 110, 111, 900):
                yield Selection("e1", of, side, line)


def test_every_selection_has_one_label_and_opposite_sides_never_contradict_each_other():
    labels = {
        chosen.selection_id: label(chosen, home="Celtics", away="Heat", player=PLAYERS[chosen.market.player_id])
        for chosen in every_selection()
    }

    assert len(set(labels.values())) == len(labels)
    for chosen in every_selection():
        if chosen.side is Side.DRAW or chosen.market.type is MarketType.MONEYLINE_3WAY:
            continue
        ours, theirs = labels[chosen.selection_id], chosen.opposite()
        said = label(theirs, home="Celtics", away="Heat", player=PLAYERS[theirs.market.player_id])
        if chosen.market.player_id:
            other = "under" if chosen.side is Side.OVER else "over"
            assert said == ours.replace(f" {chosen.side.lower()} ", f" {other} ")
            assert line_text(chosen.line_quarters) in said
        assert said != ours
        assert kind_of(chosen.market.key) == chosen.market.kind


def test_a_run_is_made_again_after_games_were_imported_that_it_should_have_known(ready):
    (item,) = published_lines(ready)
    rows = a_game(game_date=(DAY - timedelta(days=1)).isoformat(), season=2023, game_id="0022300100")
    read_at = OPENS + timedelta(days=3)
    done = import_archive(
        a_desk(ready, now=read_at, reads=False), games([row | {"player_id": n} for n, row in enumerate(rows, 1)])
    )
    told = "SELECT DISTINCT received_at FROM player_game WHERE provider_event_id = '0022300100'"
    with unit_of_work(ready) as session:
        received = rows_of(session, told)
    found = verify_run(a_props_desk(ready), item.run_id)

    assert (done.lines.accepted, len(received)) == (10, 1)
    assert found.identical, found.differences
