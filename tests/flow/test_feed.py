"""The app feed: in the order of publishing, in the words and under the terms that every other channel carries."""

import json

import pytest

from closeline.domain.governance.notices import Notice
from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.domain.publishing.delivery import MessageKind
from closeline.domain.publishing.messages import visible_id
from closeline.flow.publish import announcing
from closeline.flow.publish.rendering import edited, rendered
from closeline.flow.view import feed, lineage
from closeline.store.desk import outbox, picks
from closeline.store.desk.feed import BEFORE_ALL
from closeline.store.session import unit_of_work
from tests.builders.moments import MINUTE, OPENS
from tests.builders.records import TENANT, a_copy, opened, rows_of
from tests.builders.stories import make_rated, published_game

CHANNELS = ("app", "file", "mail", "telegram", "webhook")
NOTICE = Notice().text


def make_announced(url):
    make_rated(url)
    with opened(url) as engine:
        published_game(engine, channels=CHANNELS)


@pytest.fixture
def announced(new_databases):
    """Give a record with a published game that goes to every kind of channel."""
    with a_copy(new_databases, "announced", make_announced) as engine:
        yield engine


def shown(session, after=BEFORE_ALL, most=100):
    return feed.items(session, after, tenant_id=TENANT, most=most, notice=NOTICE)


def payloads(session, pick_id, kind=MessageKind.POST):
    rows = outbox.of_pick(session, pick_id, tenant_id=TENANT)
    return {item.channel: json.loads(item.payload) for item in rows if item.kind is kind}


def test_every_channel_carries_the_same_pick_price_and_side_as_the_app(announced):
    with unit_of_work(announced, write=False) as session:
        items = shown(session)
        lines = {item.pick_id: item for item in lineage.published_picks(
            session, tenant_id=TENANT, leagues=[League.NBA], leans=True, limit=0
        ).picks}  # fmt: skip
        for item in items:
            carried = payloads(session, item.pick_id)
            assert set(carried) == set(CHANNELS)
            # What the command line and the report show comes from the same one function.
            assert lines[item.pick_id].label == item.label
            assert lines[item.pick_id].price == item.terms.price
            for channel, told in carried.items():
                assert told["text"] == item.text, channel
                for word in (item.visible_id, item.label, f"Price {item.terms.price} at {item.terms.book}"):
                    assert word in told["text"]
            for channel in ("app", "file", "webhook"):
                told = carried[channel]
                assert (told["pick_id"], told["price"], told["side"]) == (
                    item.pick_id, item.terms.price, item.terms.side,
                )  # fmt: skip
            assert carried["webhook"]["id"] == f"{item.pick_id}:POST"
            assert item.label in carried["mail"]["subject"]
            assert "parse_mode" not in carried["telegram"]

    assert items


def test_the_terms_are_frozen_with_everything_that_they_rest_on(announced):
    with unit_of_work(announced, write=False) as session:
        for item in shown(session):
            made = picks.named(session, item.pick_id, tenant_id=TENANT)
            terms = item.terms
            assert terms.versions is not None
            assert (terms.line, terms.price, terms.book, terms.snapshot_id, terms.units) == (
                None if made.selection.line_quarters is None else f"{made.selection.line_quarters / 4:g}",
                made.price.text, made.book, made.snapshot_id, made.stake_micros / 1_000_000,
            )  # fmt: skip
            assert list(terms.versions.model_dump().values()) == [
                made.ratings_version, made.distribution_version, made.calibration_version, made.policy_version,
                made.config_version, made.settlement_rules, made.clv_rules,
            ]  # fmt: skip
            assert (terms.is_official, terms.template_version) == (made.decision == "PICK", "pick-v2")


def test_pages_follow_the_order_of_publishing_and_none_is_missed_or_told_twice(announced):
    with unit_of_work(announced, write=False) as session:
        whole = shown(session)
        paged, behind = [], BEFORE_ALL
        while page := shown(session, behind, most=2):
            paged += page
            behind = page[-1].number

    assert [item.number for item in whole] == list(range(len(whole)))
    assert paged == whole


def test_another_tenant_sees_nothing_of_it(announced):
    with unit_of_work(announced, write=False) as session:
        assert feed.items(session, BEFORE_ALL, tenant_id="other", most=10, notice=NOTICE) == []


@pytest.mark.parametrize(
    ("state", "kind", "word"),
    [(PickState.VOIDED, MessageKind.VOIDED, "VOID"), (PickState.SUPERSEDED, MessageKind.SUPERSEDED, "SUPERSEDED")],
)
def test_a_pick_that_no_longer_holds_says_so_in_the_app_and_in_every_message(announced, state, kind, word):
    with unit_of_work(announced) as session:
        before = shown(session)[0]
        name = before.pick_id
        for item in outbox.of_pick(session, name, tenant_id=TENANT):
            claimed = outbox.claim(
                session, item, at=OPENS, until=OPENS + MINUTE, deadline=item.deadline
            )  # fmt: skip
            assert claimed is not None
        picks.move(session, [name], state, tenant_id=TENANT, reason="GAME_CANCELLED", at=OPENS + MINUTE)
        announcing.announce(
            session, tenant_id=TENANT, pick_id=name, kind=kind, reason="GAME_CANCELLED", at=OPENS + MINUTE
        )
        after = shown(session)[0]
        told = payloads(session, name, kind)

    assert (after.state, after.state_reason, after.terms) == (state, "GAME_CANCELLED", before.terms)
    assert after.text == f"{word}: GAME_CANCELLED\n{before.text}"
    assert set(told) == set(CHANNELS)
    for carried in told.values():
        assert carried["text"].startswith(f"{word} {visible_id(name)}\n{before.label}\n")
        assert "GAME_CANCELLED" in carried["text"]
        assert NOTICE in carried["text"]


def test_every_kind_of_message_on_every_channel_ends_with_the_notice(announced):
    with unit_of_work(announced, write=False) as session:
        terms = json.loads(rows_of(session, "SELECT terms FROM publication")[0]["terms"])
    made = [
        render(terms, channel=channel, kind=kind, reason="R", notice=NOTICE)
        for channel in (*CHANNELS, "a channel of the future")
        for kind in MessageKind
        for render in ((rendered, edited) if kind is not MessageKind.POST else (rendered,))
    ]

    assert len(made) == len({*CHANNELS, ""}) * 5
    assert [text for text in made if not json.loads(text)["text"].endswith(NOTICE)] == []


def test_the_twin_that_forgets_the_notice_is_missed(announced):
    """Planted: a message that is rendered without it."""
    with unit_of_work(announced, write=False) as session:
        terms = json.loads(rows_of(session, "SELECT terms FROM publication")[0]["terms"])
    planted = rendered(terms, channel="telegram", kind=MessageKind.POST, reason="", notice="")

    assert not json.loads(planted)["text"].endswith(NOTICE)


def test_a_publication_goes_by_its_visible_id_too(announced):
    with unit_of_work(announced, write=False) as session:
        item = shown(session)[0]
        found = [
            feed.publication(session, name, tenant_id=TENANT, notice=NOTICE)
            for name in (item.pick_id, item.visible_id, item.visible_id.removeprefix("#"))
        ]

    assert [each.item for each in found] == [item] * 3
    assert [each.channel for each in found[0].deliveries] == sorted(CHANNELS)
    assert {each.state for each in found[0].deliveries} == {"PENDING"}
