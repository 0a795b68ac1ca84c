"""Every record begins with the same teams, artefacts and limits."""

from datetime import timedelta

import pytest

from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.maths.distributions import read_pair
from closeline.maths.ratings import RatingParameters
from closeline.store import models
from closeline.store.packaged import read_artefact
from closeline.store.packaged.seed import DEFAULT_TENANT, SEEDED_AT, is_seeded, seed
from closeline.store.references import alias_table
from closeline.store.session import unit_of_work
from tests.builders.records import number

TABLES = ("team", "team_alias", "model_version", "config_version")


def counts(engine):
    with unit_of_work(engine, write=False) as session:
        return {table: number(session, f"SELECT count(*) FROM {table}") for table in TABLES}


def test_an_empty_record_is_not_seeded_and_a_seeded_one_is(record, seeded):
    for engine, expected in ((record, False), (seeded, True)):
        with unit_of_work(engine, write=False) as session:
            assert is_seeded(session) is expected


def test_a_second_seeding_adds_nothing(seeded):
    before = counts(seeded)
    with unit_of_work(seeded) as session:
        seed(session)

    assert counts(seeded) == before
    assert min(before.values()) > 0


@pytest.mark.parametrize("league", League)
def test_every_league_has_what_a_backtest_needs_from_its_first_day(seeded, league):
    with unit_of_work(seeded, write=False) as session:
        parameters = models.latest(session, league=league, kind=models.RATINGS, as_of=SEEDED_AT)[1]
        margin, total = read_pair(models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=SEEDED_AT)[1])
        limits = limits_of(models.config(session, tenant_id=DEFAULT_TENANT, as_of=SEEDED_AT)[1], league)

    assert RatingParameters.from_json(parameters).to_json()
    assert (margin.quantity, total.quantity) == ("margin", "total")
    assert limits.league == league


def test_packaged_artefacts_are_older_than_any_game():
    assert SEEDED_AT + timedelta(days=365 * 20) < SEEDED_AT.replace(year=1946)


@pytest.mark.parametrize(
    ("spelling", "team"),
    [("Boston Celtics", "nba_celtics"), ("BOSTON CELTICS", "nba_celtics"), ("Bostan Celtics", None)],
)
def test_the_seeded_aliases_read_a_teams_name_and_guess_none(seeded, spelling, team):
    with unit_of_work(seeded, write=False) as session:
        assert alias_table(session).resolve(League.NBA, "anybody", spelling) == team


def test_an_artefact_of_a_newer_package_follows_the_older_one_and_replaces_nothing(seeded, monkeypatch):
    with unit_of_work(seeded) as session:
        before = models.latest(session, league="nba", kind=models.SIMULATION, as_of=SEEDED_AT)
        newer = before[1].replace('"cap":', '"cap": ')
        assert newer != before[1]
        monkeypatch.setattr(
            "closeline.store.packaged.seed.read_artefact",
            lambda name: newer.encode() if name == "simulation_nba.json" else read_artefact(name),
        )
        seed(session)
        after = models.latest(session, league="nba", kind=models.SIMULATION, as_of=SEEDED_AT + timedelta(days=1))

        assert after[1] == newer
        assert models.latest(session, league="nba", kind=models.SIMULATION, as_of=SEEDED_AT) == before
        assert models.content_of(session, before[0]) == before[1]
