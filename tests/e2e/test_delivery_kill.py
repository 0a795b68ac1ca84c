"""Killed on the way: fifty deaths between publication and receipt lose nothing and double nothing; the naive policy does."""

import random
import secrets
from dataclasses import astuple

import pytest

from closeline.domain.clock import micros
from closeline.flow import gate, pick, publish
from closeline.store.session import unit_of_work
from tests.builders.crashes import LABELS, LOOKING, PUBLISHING, SENDING, Life, Stage, Tally, Wire, lay_down, lived, play
from tests.builders.moments import MINUTE, OPENS, START
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import TENANT, a_copy, opened
from tests.builders.stories import NBA, forecast_at, make_rated, published_game

DEATHS = 50
# Each channel is a stage of its own in one record, so that a death costs no copy of it.
STAGES = 500
CAMPAIGN_DEATHS = 5000
AT = OPENS + MINUTE


def make_staged(url):
    make_rated(url)
    with opened(url) as engine:
        published_game(engine)


def make_ready(url):
    make_rated(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        forecast_at(session, a_payload(*three_markets()))
        gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
        pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


def go_out(channel):
    def publishing(session, at):
        publish.publish(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS), channels=[channel], at=at)

    return publishing


def killed(new_databases, folder, deaths, *, seed, naive=False):
    """Play one stage after the other until so many have died, on one record after the other."""
    chance, found = random.Random(seed), Tally(0, 0, 0, 0, 0, 0)
    while found.deaths < deaths:
        with a_copy(new_databases, "staged", make_staged) as engine:
            url = engine.url.render_as_string(hide_password=False)
            for number in range(STAGES):
                if found.deaths >= deaths:
                    break
                stage = Stage(url, f"chat{number}", Wire(folder / secrets.token_hex(8)), naive=naive)
                lay_down(engine, stage.channel, at=AT, deadline=START)
                engine.dispose()
                one = play(engine, stage, chance, at=AT)
                found = Tally(*(a + b for a, b in zip(astuple(found), astuple(one), strict=True)))
    return found


def test_fifty_deaths_lose_nothing_and_double_nothing(new_databases, database_kind, tmp_path):
    found = killed(new_databases, tmp_path, DEATHS if database_kind == "sqlite" else DEATHS // 5, seed=8)

    assert (found.lost, found.doubled, found.held) == (0, 0, 0)
    assert found.sent > 0


def test_the_naive_policy_that_sends_again_blindly_doubles_what_the_dead_have_sent(new_databases, tmp_path):
    found = killed(new_databases, tmp_path, DEATHS // 5, seed=8, naive=True)

    assert found.lost == 0
    assert found.doubled > 0


@pytest.mark.parametrize("label", PUBLISHING)
def test_a_death_while_publishing_leaves_a_publication_with_its_messages_or_none(new_databases, tmp_path, label):
    with a_copy(new_databases, "ready", make_ready) as engine:
        url = engine.url.render_as_string(hide_password=False)
        engine.dispose()
        stage = Stage(url, "chat", Wire(tmp_path / "chat"), publish=go_out("chat"))
        assert lived(stage, Life(AT, label))
        found = play(engine, stage, random.Random(1), at=AT, labels=["keep: after the commit"])

    assert (found.lost, found.doubled, found.held) == (0, 0, 0)
    assert found.sent > 0


@pytest.mark.parametrize("label", [*SENDING, *LOOKING])
def test_a_worker_dies_at_every_point_that_has_a_name(new_databases, tmp_path, label):
    with a_copy(new_databases, "staged", make_staged) as engine:
        url = engine.url.render_as_string(hide_password=False)
        lay_down(engine, "chat", at=AT, deadline=START)
        engine.dispose()
        assert lived(Stage(url, "chat", Wire(tmp_path / "chat")), Life(AT, label))
        assert label in LABELS


@pytest.mark.campaign
def test_five_thousand_deaths_lose_nothing_and_double_nothing(new_databases, database_kind, tmp_path):
    deaths = CAMPAIGN_DEATHS if database_kind == "sqlite" else CAMPAIGN_DEATHS // 10
    found = killed(new_databases, tmp_path, deaths, seed=secrets.randbits(32))
    naive = killed(new_databases, tmp_path, deaths // 5, seed=secrets.randbits(32), naive=True)
    print(f"\n{database_kind}: {found}; naive: {naive}")

    assert (found.lost, found.doubled, found.held) == (0, 0, 0)
    assert naive.doubled > deaths // 50
