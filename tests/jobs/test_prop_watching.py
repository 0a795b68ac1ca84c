"""Models of players after their training, on both databases: who speaks of which day, two side by side, and lines."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.leagues import eastern
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.against_lines import against_lines
from closeline.jobs.props.ahead import EPOCH
from closeline.jobs.props.comparing import compare_models
from closeline.jobs.props.foretold import honestly, known, stored_models
from closeline.jobs.props.past_lines import past_lines
from closeline.jobs.props.stored import StoredModels
from closeline.jobs.props.training import train
from closeline.jobs.props.watching import watch
from closeline.store.session import unit_of_work
from tests.builders import prop_league
from tests.builders.desks import a_desk
from tests.builders.prop_league import DAYS, FIRST, KEY, SEEN_AT, TINY, TONIGHT, take_in
from tests.builders.records import a_copy, make_seeded, opened

PRA = (Statistic.PRA,)
# Of how many days of play each of the two models has learned.
EARLY, LATE = 27, 34
NOW = SEEN_AT + timedelta(days=2)


def a_watching_desk(engine, *, after_days=None):
    """Give a desk now, or as it was on the morning after so many days of play."""
    now = NOW
    if after_days is not None:
        now = eastern(FIRST + timedelta(days=after_days), NOW.time().replace(hour=9))
    return replace(a_desk(engine, now=now), prop_models=StoredModels(KEY.public))


def make_played(url):
    """Fill a record with a league whose last day has been played, its lines at two moments, and two models."""
    make_seeded(url)
    with opened(url) as engine:
        last = prop_league.player_props()
        first = last.replace(b"T17:00:00Z", b"T15:00:00Z").replace(b",38.5,", b",36.5,")
        take_in(engine, prop_league.player_games(), "player_games.csv")
        take_in(engine, first, "player_props_early.csv")
        take_in(engine, last, "player_props.csv")
        take_in(engine, prop_league.player_games(DAYS + 1), "player_games_later.csv", now=NOW - timedelta(hours=12))
        for days in (EARLY, LATE):
            train(a_watching_desk(engine, after_days=days), TINY, key=KEY)


@pytest.fixture
def played(new_databases):
    with a_copy(new_databases, "prop league played", make_played) as engine:
        yield engine


@pytest.fixture
def bare(new_databases):
    with a_copy(new_databases, "seeded", make_seeded) as engine:
        yield engine


def versions(desk):
    """Give the early and the late model's version."""
    with unit_of_work(desk.engine, write=False) as session:
        found = stored_models(session, desk)
    return [item.version for item in sorted(found, key=lambda item: item.manifest.data.last_day)]


def opened_and_closed(desk):
    """Give the quarters of each line at the first prices and at the last ones, the highest last ones first."""
    with unit_of_work(desk.engine, write=False) as session:
        held = known(session, desk)
        found = past_lines(session, held, honestly(held, stored_models(session, desk)), now=NOW).lines
    each = [(item.opened.line_quarters if item.opened else None, item.offer.line_quarters) for item in found]
    return sorted(each, key=lambda pair: -pair[1])


def test_every_day_is_spoken_of_by_the_newest_model_that_had_learned_only_from_before_it(played):
    desk = a_watching_desk(played)
    with unit_of_work(desk.engine, write=False) as session:
        held = known(session, desk)
        parts = honestly(held, stored_models(session, desk))
    all_rows = np.concatenate([part.rows for part in parts])

    assert [part.model.version for part in parts] == versions(desk)
    for part, upto in zip(parts, (LATE, DAYS + 1), strict=True):
        assert part.days.min() == part.model.manifest.data.last_day + 1
        assert part.days.max() == (FIRST - EPOCH).days + upto - 1
    assert len(np.unique(all_rows)) == len(all_rows)
    assert len(all_rows) == (held.usable & (held.logs.day > parts[0].model.manifest.data.last_day)).sum()


def test_watching_tells_months_baselines_and_nothing_of_features_where_rows_are_few(played):
    desk = a_watching_desk(played)
    found = watch(desk, PRA)
    own = found.statistics[0]

    assert (found.first_day, found.last_day) == (FIRST + timedelta(days=EARLY), TONIGHT)
    assert [item.name for item in own.months] == ["2024-11", "2024-12"]
    assert sum(item.n for item in own.months) == own.total.n == sum(own.pit_counts) == sum(x.rows for x in own.models)
    assert {item.n for item in own.baselines} == {own.total.n}
    assert own.features is None
    assert found == watch(desk, PRA)
    assert watch(desk, PRA, TONIGHT).statistics[0].total.days == 1


def test_a_statistic_whose_residuals_are_beyond_their_margin_is_degraded(played, monkeypatch):
    desk = a_watching_desk(played)
    usual = watch(desk, PRA).degraded
    # A margin that no forecast can keep: the smallest that a middle may be is -1/2.
    monkeypatch.setattr("closeline.maths.props.watching.residuals.MIDDLE_MARGIN", -0.6)

    assert usual == []
    assert watch(desk, PRA).degraded == ["PRA"]


def test_two_models_are_compared_on_what_neither_had_seen_with_the_close_of_the_lines(played):
    desk = a_watching_desk(played)
    early, late = versions(desk)
    there, back = compare_models(desk, early, late), compare_models(desk, late, early)

    assert there.first_day == FIRST + timedelta(days=LATE)
    assert {item.n for item in there.standings} == {there.crps.n}
    assert there.crps.mean == pytest.approx(there.standings[0].crps - there.standings[1].crps)
    assert back.crps.mean == pytest.approx(-there.crps.mean)
    assert (
        opened_and_closed(desk) == [(4 * 36.5, 4 * 38.5)] * 2 + [(4 * 34.5, 4 * 34.5)] * 2 + [(4 * 30.5, 4 * 30.5)] * 2
    )
    assert there.clv is not None
    assert (there.clv.n, there.clv.clusters) == (6, 1)
    assert back.clv is not None
    assert back.clv.mean == pytest.approx(-there.clv.mean)


def test_models_that_cannot_be_compared_are_refused_in_a_line(played):
    desk = a_watching_desk(played)
    early, late = versions(desk)
    with pytest.raises(BadInput, match="twice"):
        compare_models(desk, early, early)
    with pytest.raises(NotFound, match="must be in the record"):
        compare_models(desk, early, "nobody")
    with pytest.raises(BadInput, match="there were none"):
        compare_models(desk, early, late, TONIGHT + timedelta(days=1))


def test_lines_are_held_against_what_was_played_and_whoever_is_left_out_is_counted(played):
    found = against_lines(a_watching_desk(played), PRA)

    assert found.total is not None
    assert (found.total.n, found.total.days, found.first_day) == (6, 1, TONIGHT)
    assert [item.name for item in found.statistics] == ["PRA"]
    assert (found.picks, found.published, found.published_share) == (None, 0, 0.0)
    assert {item.reason for item in found.costs} >= {"EDGE", "CONFIDENCE", "CV"}
    assert found.edges is not None
    assert found.edges.rises is None
    assert [(item.n, item.published) for item in found.chosen[1:]] == [(0, 0), (0, 0)]
    assert found.judged == 0
    assert sum(item.n for item in found.edges.buckets) == 6 - found.total.pushes


def test_a_desk_without_a_model_is_told_to_train_one(bare):
    desk = a_watching_desk(bare)
    for asked in (watch, against_lines):
        with pytest.raises(NotFound, match="closeline props train"):
            asked(desk, PRA)
