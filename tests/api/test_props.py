"""What is forecast of players, as the API tells it: what the command prints with --json, and nothing is written."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.jobs.props.predicting import distribution, predict
from closeline.jobs.props.stored import StoredModels
from closeline.jobs.props.training import train
from tests.builders.callers import Door
from tests.builders.desks import a_desk
from tests.builders.prop_league import KEY, PRICED, SEEN_AT, TINY, TONIGHT
from tests.builders.records import a_copy, opened


def desk_of(engine, *, now=SEEN_AT):
    return replace(a_desk(engine, now=now), prop_models=StoredModels(KEY.public))


@contextmanager
def a_door(desk):
    door = Door(desk)
    with door.client:
        yield door


def make_trained(url):
    with opened(url) as engine:
        train(desk_of(engine, now=SEEN_AT - timedelta(hours=1)), TINY, key=KEY)


@pytest.fixture
def trained(new_databases):
    with a_copy(new_databases, "prop league trained", make_trained, PRICED) as engine:
        yield engine


def test_the_api_tells_of_players_what_the_jobs_say(trained):
    desk = desk_of(trained)
    with a_door(desk) as door:
        everybody = door.get(f"/api/props/predictions?date={TONIGHT}&statistic=PRA")
        one = door.get(f"/api/props/players/nba_1/distribution?date={TONIGHT}")

    assert everybody.json() == predict(desk, TONIGHT, (TINY.statistics[0],)).model_dump(mode="json")
    assert one.json() == distribution(desk, TONIGHT, "nba_1", TINY.statistics[0]).model_dump(mode="json")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"players/nobody/distribution?date={TONIGHT}", 404, "must be one who is expected"),
        (f"players/Ason/distribution?date={TONIGHT}", 422, "give an id"),
        (f"players/nba_1/distribution?date={TONIGHT}&statistic=THREES", 404, "closeline props train"),
        ("predictions?date=tomorrow", 422, "date"),
        ("predictions?statistic=STEALS", 422, "statistic"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_a_problem_with_its_mend(trained, path, status, said):
    with a_door(desk_of(trained)) as door:
        answer = door.get(f"/api/props/{path}")

    assert answer.status_code == status
    assert said in answer.text
