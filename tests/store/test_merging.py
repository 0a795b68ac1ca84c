"""A configuration of before an upgrade gets the limits that the upgrade adds, in a version of its own."""

import json

import pytest

from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.limits.versions import differences, merged
from closeline.store import models
from closeline.store.invariants.audit import changes_follow
from closeline.store.models import merging
from closeline.store.packaged import read_artefact
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import TENANT, rows_of

PACKAGED = read_artefact("limits.json").decode()


def older(*missing):
    """Give a configuration that somebody set before there were these limits."""
    content = json.loads(PACKAGED)
    content["leagues"]["nfl"]["total_high"] = 64
    for limits in content["leagues"].values():
        for name in missing:
            del limits[name]
    return content


@pytest.fixture
def upgraded(seeded):
    """Give a record whose configuration in force lacks a limit of this version."""
    with unit_of_work(seeded) as session:
        models.add_config(session, older("edge_implausible"), tenant_id=TENANT, actor="ada", why="too wide", at=OPENS)
    return seeded


def content(session):
    return models.config(session, tenant_id=TENANT, as_of=OPENS + 2 * HOUR)[1]


def test_a_configuration_that_lacks_a_limit_cannot_be_read_before_it_is_merged(upgraded):
    """The symptom: what `limits propose` wrote under an older version was refused on reading."""
    with unit_of_work(upgraded, write=False) as session, pytest.raises(TypeError, match="edge_implausible"):
        limits_of(content(session), League.NFL)


def test_the_merged_one_has_what_was_added_and_keeps_what_a_person_set(upgraded):
    with unit_of_work(upgraded) as session:
        lacking = merging.lacks(session, PACKAGED, tenant_id=TENANT)
        added = merging.merge(session, PACKAGED, tenant_id=TENANT, at=OPENS + HOUR)
        limits = limits_of(content(session), League.NFL)
        (told,) = rows_of(session, "SELECT actor, why, subject FROM event_log")
        assert changes_follow(session, TENANT) == []

    assert added == lacking == [f"leagues.{league}.edge_implausible" for league in json.loads(PACKAGED)["leagues"]]
    assert limits.total_high == 64
    assert limits.edge_implausible == json.loads(PACKAGED)["leagues"]["nfl"]["edge_implausible"]
    assert told == {"actor": "SYSTEM", "why": "limits that an upgrade added", "subject": f"config:{TENANT}"}


def test_a_second_merging_adds_nothing(upgraded):
    with unit_of_work(upgraded) as session:
        merging.merge(session, PACKAGED, tenant_id=TENANT, at=OPENS + HOUR)
        before = len(models.configs(session, tenant_id=TENANT, as_of=OPENS + 2 * HOUR))
        assert merging.lacks(session, PACKAGED, tenant_id=TENANT) == []
        assert merging.merge(session, PACKAGED, tenant_id=TENANT, at=OPENS + HOUR) == []
        assert len(models.configs(session, tenant_id=TENANT, as_of=OPENS + 2 * HOUR)) == before


def test_the_packaged_configuration_lacks_nothing(seeded):
    with unit_of_work(seeded, write=False) as session:
        assert merging.lacks(session, PACKAGED, tenant_id=TENANT) == []
        assert merging.lacks(session, PACKAGED, tenant_id="nobody") == []


def test_merging_takes_nothing_away_and_changes_no_number():
    held, added = merged(json.dumps(older("edge_pick", "edge_lean")), PACKAGED)
    told = {
        item.path: item.before for item in differences(json.dumps(older("edge_pick", "edge_lean")), json.dumps(held))
    }

    assert set(added) == set(told)
    assert set(told.values()) == {None}
    assert held["leagues"]["nfl"]["total_high"] == 64
