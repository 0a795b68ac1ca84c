"""Capture of answers that were asked for: what is left out is off offer, and identity that fails closed is heard of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.feeds.captures import Coverage, ParsedSuspension, Phase, RawPayload, ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, SPREAD, Market, MarketType, Side
from closeline.flow import capture
from closeline.flow.capture import Source
from closeline.store import quotes, references
from closeline.store.desk import incidents
from closeline.store.polls import captures
from closeline.store.references import alias_table, identity
from closeline.store.session import unit_of_work
from closeline.store.tables.reference import player, player_alias
from tests.builders.moments import DAY, ENDS, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import FEED, GAME, a_payload, a_quote, a_result, an_event, both_sides
from tests.builders.records import TENANT, number, rows_of, take_in

POINTS = Market(MarketType.PLAYER_POINTS)
WHOLE = Coverage(League.NBA, (*GAME_MARKETS, POINTS))
MONTHS = timedelta(days=120)


def answer(session, *parts, at=OPENS, coverage=WHOLE, provider=FEED):
    parsed = a_payload(*parts, archive=False, provider=provider)
    raw = RawPayload("answer", f"{at}{parts!r}{provider}".encode(), at)
    sha = captures.keep_payload(session, raw, feed=provider)
    source = Source(sha, provider, Phase.LIVE, polled=True, coverage=coverage, answered_at=at)
    return capture.keep(session, source, parsed, alias_table(session), at=at)


def standing(session, at):
    return {(item.book, item.side.value) for item in quotes.standing(session, [GAME], as_of=at).values()}


def open_kinds(session):
    return [item.kind for item in incidents.open_ones(session, tenant_id=TENANT)]


def test_what_an_answer_leaves_out_is_off_offer_and_is_told_of_its_league(seeded):
    with unit_of_work(seeded) as session:
        first = answer(session, an_event(), *both_sides())
        second = answer(session, at=OPENS + MINUTE)
        assert standing(session, OPENS) == {("archive", "HOME"), ("archive", "AWAY")}
        assert standing(session, OPENS + MINUTE) == set()

    assert (first.gone, second.gone, second.received) == (0, 2, 0)
    assert [event.league for event in second.events] == ["nba"]


@pytest.mark.parametrize(("market", "side", "left"), [
    (None, None, set()), (SPREAD, None, set()), (SPREAD, Side.HOME, {("archive", "AWAY")}),
])  # fmt: skip
def test_a_book_a_market_or_a_side_shown_without_a_price_is_suspended(seeded, market, side, left):
    off = ParsedSuspension("g1", "archive", market, side, OPENS + MINUTE)
    with unit_of_work(seeded) as session:
        answer(session, an_event(), *both_sides())
        shown = [quote for quote in both_sides(at=OPENS + MINUTE) if ("archive", quote.side.value) in left]
        parsed = replace(a_payload(an_event(), *shown, archive=False), suspended=(off,))
        sha = captures.keep_payload(session, RawPayload("off", b"off", OPENS + MINUTE), feed=FEED)
        capture.keep(
            session, Source(sha, FEED, Phase.LIVE, coverage=WHOLE, answered_at=OPENS + MINUTE), parsed,
            alias_table(session), at=OPENS + MINUTE,
        )  # fmt: skip
        assert standing(session, OPENS + MINUTE) == left
        states = rows_of(session, "SELECT availability FROM quote WHERE availability <> 'PRICED'")

    assert {row["availability"] for row in states} == {"SUSPENDED"}


def test_an_id_used_again_for_the_same_teams_a_season_later_is_another_event(seeded):
    later = an_event(starts_at=START + MONTHS, day=DAY + MONTHS)
    with unit_of_work(seeded) as session:
        answer(session, an_event(), a_quote())
        at = START + MONTHS - HOUR
        answer(session, later, a_quote(at=at, line=-22), at=at)
        again = answer(session, later, a_quote(at=at + MINUTE, line=-24), at=at + MINUTE)
        uses = identity.uses_of(session, provider=FEED, names=["g1"])
        versions = references.versions(session, list(uses["g1"]), as_of=ENDS + MONTHS)

    assert uses == {"g1": (GAME, "nba_heat_celtics_2024_03_14")}
    assert [versions[name].starts_at for name in uses["g1"]] == [START, START + MONTHS]
    assert again.accepted == 1


def test_a_game_put_off_is_the_same_event_months_later(seeded):
    later = an_event(starts_at=START + MONTHS, day=DAY + MONTHS)
    with unit_of_work(seeded) as session:
        answer(session, an_event(), a_quote())
        put_off = a_result(at=START + HOUR, score=(None, None), status=ResultStatus.POSTPONED)
        answer(session, an_event(), put_off, at=START + HOUR)
        answer(session, later, a_quote(at=START + 2 * HOUR, line=-22), at=START + 2 * HOUR)
        assert number(session, "SELECT count(*) FROM event") == 1


def test_a_second_id_and_a_turned_game_are_set_aside_and_each_is_one_incident(seeded):
    turned = an_event("77", home="Miami Heat", away="Boston Celtics")
    with unit_of_work(seeded) as session:
        answer(session, an_event(), a_quote())
        for step in (1, 2):
            at = OPENS + step * MINUTE
            twice = answer(session, an_event(), an_event("g2"), a_quote("g2", at=at), at=at)
            other = answer(session, turned, a_quote("77", at=at), at=at, provider="another")
        kinds = open_kinds(session)

    assert twice.quarantined == {"DUPLICATE_EVENT": 1}
    assert other.quarantined == {"DIRECTION_MISMATCH": 1}
    assert sorted(kinds) == ["DIRECTION_MISMATCH", "DUPLICATE_EVENT"]


def test_on_a_neutral_site_a_turned_game_is_joined_the_right_way_round(seeded):
    turned = an_event("77", home="Miami Heat", away="Boston Celtics")
    with unit_of_work(seeded) as session:
        answer(session, an_event(neutral=True), *both_sides())
        at = OPENS + MINUTE
        other = answer(session, turned, *both_sides("77", line=14, at=at, book="b"), at=at, provider="another")
        again = answer(session, an_event(), *both_sides(at=at + MINUTE, line=-16), at=at + MINUTE)
        lines = {
            (row["book"], row["side"]): row["line_quarters"]
            for row in rows_of(session, "SELECT book, side, line_quarters FROM quote")
        }
        versions = number(session, "SELECT count(*) FROM event_version")

    assert (other.accepted, again.accepted, versions) == (2, 2, 1)
    assert lines["b", "HOME"] == -14
    assert lines["b", "AWAY"] == 14


def test_a_player_nobody_has_mapped_is_a_question_and_a_known_one_has_a_series_of_his_own(seeded):
    over = replace(a_quote(market=POINTS, side=Side.OVER, line=98), player="J. Tatum")
    with unit_of_work(seeded) as session:
        asked = answer(session, an_event(), over)
        session.append(player, ("player_id", "league", "name"), [("nba_tatum", "nba", "Jayson Tatum")])
        alias = ("nba", FEED, "J. Tatum", "nba_tatum")
        session.append(player_alias, ("league", "provider", "spelling", "player_id"), [alias])
        known = answer(session, an_event(), replace(over, received_at=OPENS + MINUTE), at=OPENS + MINUTE)
        (row,) = rows_of(session, "SELECT player_id, line_quarters FROM quote")
        (review,) = rows_of(session, "SELECT kind, spelling FROM mapping_review")
        states = quotes.states(session, [GAME], as_of=OPENS + MINUTE)

    assert (asked.quarantined, known.accepted) == ({"UNKNOWN_PLAYER": 1}, 1)
    assert (row, review) == (
        {"player_id": "nba_tatum", "line_quarters": 98}, {"kind": "PLAYER", "spelling": "J. Tatum"},
    )  # fmt: skip
    assert [series[3] for series in states] == ["nba_tatum"]


def test_a_line_beside_the_main_one_is_set_aside(seeded):
    with unit_of_work(seeded) as session:
        found = answer(session, an_event(), a_quote(), replace(a_quote(line=-22), alternate=True))

    assert (found.accepted, found.quarantined) == (1, {"ALTERNATE_LINE": 1})


def test_an_archive_says_nothing_by_what_it_leaves_out(seeded):
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(an_event(), *both_sides()))
        take_in(session, a_payload(an_event(), *both_sides(at=OPENS + MINUTE)[:1]), at=OPENS + MINUTE)
        assert number(session, "SELECT count(*) FROM quote WHERE availability <> 'PRICED'") == 0
        assert number(session, "SELECT count(*) FROM snapshot_coverage") == 0
