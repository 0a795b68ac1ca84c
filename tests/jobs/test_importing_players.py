"""Players' games and lines on players go into the record: once, with corrections, and with nobody taken for another."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import LookAhead
from closeline.domain.feeds.captures import Coverage, Phase, RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.props.statistics import Statistic
from closeline.flow import capture
from closeline.flow.capture import Source
from closeline.jobs.importing import import_archive
from closeline.jobs.recording.mapping import accept
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.store import players, quotes, results
from closeline.store.polls import captures
from closeline.store.record import audit
from closeline.store.references import alias_table
from closeline.store.session import unit_of_work
from tests.builders.box_scores import DAY, NOW, SEEN_AT, STARTS_AT, a_game, a_price_row, games, lines
from tests.builders.desks import a_desk, later
from tests.builders.records import number, rows_of

EVENT = "nba_heat_celtics_2025_11_10"
POINTS = Market(MarketType.PLAYER_POINTS)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KNOWN_AT = NOW.replace(day=11, hour=9)
TATUM = "nba_1"


@pytest.fixture
def desk(seeded):
    return a_desk(seeded, now=NOW)


def line_of(desk, player, as_of=NOW):
    with unit_of_work(desk.engine, write=False) as session:
        return players.lines_of(session, [EVENT], as_of=as_of).get(EVENT, {}).get(player)


def line_in(item):
    return None if item.line_quarters is None else item.line_quarters / 4


def points_of(desk, as_of=NOW):
    """Give what stands on players' points: player, side, line and price."""
    with unit_of_work(desk.engine, write=False) as session:
        held = quotes.standing(session, [EVENT], as_of=as_of, players=True).values()
    return {(item.market.player_id, item.side, line_in(item), item.price.text) for item in held}


def spellings(desk):
    with unit_of_work(desk.engine, write=False) as session:
        return {item.spelling: item.review_id for item in audit.open_questions(session)}


# ------------------------------------------------------------------------------------------------ box scores


def test_a_game_comes_in_with_its_event_its_result_its_players_and_their_lines(desk):
    done = import_archive(desk, games(a_game()))
    line = line_of(desk, TATUM)
    with unit_of_work(desk.engine, write=False) as session:
        ended = results.of_events(session, [EVENT], as_of=NOW)[EVENT]

    assert (done.games, done.lines.received, done.lines.accepted, done.lines.players) == (1, 10, 10, 10)
    assert (ended.home_score, ended.away_score, ended.overtime) == (105, 100, False)
    assert (line.seconds, line.value(Statistic.PRA), line.team_id) == (2880, 33, "nba_celtics")
    assert line.received_at == KNOWN_AT


def test_what_was_played_is_unknown_until_the_next_morning_and_the_game_is_known_that_day(desk):
    import_archive(desk, games(a_game()))
    with unit_of_work(desk.engine, write=False) as session:
        slate = players.slate_of(session, League.NBA, DAY, SEEN_AT)

    assert line_of(desk, TATUM, KNOWN_AT - MINUTE) is None
    assert line_of(desk, TATUM, KNOWN_AT) is not None
    assert slate.entries == ()  # the game is known; who plays in it is not, for nobody has played before


def test_the_same_bytes_again_add_nothing(desk):
    import_archive(desk, games(a_game()))
    tables = ("player", "player_alias", "player_game", "player_stint", "event", "event_version", "event_result",
              "event_alias", "quarantine", "raw_payload")  # fmt: skip
    with unit_of_work(desk.engine, write=False) as session:
        before = [number(session, f"SELECT count(*) FROM {name}") for name in tables]
    again = import_archive(desk, games(a_game()))
    with unit_of_work(desk.engine, write=False) as session:
        after = [number(session, f"SELECT count(*) FROM {name}") for name in tables]

    assert (again.lines.accepted, again.lines.unchanged, again.lines.players) == (0, 10, 0)
    assert before == after


def test_a_correction_is_a_second_version_known_from_when_it_was_read(desk):
    import_archive(desk, games(a_game()))
    rows = a_game()
    rows[0] |= {"ast": 6}
    done = import_archive(later(desk, NOW + HOUR), games(rows))
    then, now = line_of(desk, TATUM, NOW), line_of(desk, TATUM, NOW + HOUR)
    again = import_archive(later(desk, NOW + 2 * HOUR), games(rows))

    assert (done.lines.accepted, done.lines.unchanged, again.lines.accepted) == (1, 9, 0)
    assert [(line.numbers["ast"], line.result_version, line.received_at) for line in (then, now)] == [
        (5, 1, KNOWN_AT), (6, 2, NOW + HOUR),
    ]  # fmt: skip


def test_a_player_who_was_left_out_at_first_is_a_correction_too(desk):
    import_archive(desk, games(a_game()[1:]))
    import_archive(later(desk, NOW + HOUR), games(a_game()))

    assert line_of(desk, TATUM, NOW) is None
    assert line_of(desk, TATUM, NOW + HOUR).received_at == NOW + HOUR


def test_lines_that_cannot_be_read_stand_in_quarantine_and_the_rest_comes_in(desk):
    rows = a_game()
    rows[0] |= {"pts": 99}
    done = import_archive(desk, games(rows))
    with unit_of_work(desk.engine, write=False) as session:
        aside = rows_of(session, "SELECT reason, place FROM quarantine ORDER BY place")

    assert done.lines.accepted == 9
    assert done.capture.unpriced == {"BAD_RESULT": 1, "INCOMPLETE_BOX": 1}
    assert aside[0] == {"reason": "BAD_RESULT", "place": "row 1"}


def test_a_team_that_nobody_knows_is_a_question_and_its_lines_wait(desk):
    rows = [row | {"team": row["team"].replace("MIA", "XYZ"), "opponent": row["opponent"].replace("MIA", "XYZ")}
            for row in a_game()]  # fmt: skip
    done = import_archive(desk, games(rows))

    assert (done.lines.received, done.lines.accepted, done.capture.unpriced["UNKNOWN_TEAM"]) == (10, 0, 11)
    assert set(spellings(desk)) == {"XYZ"}


def test_a_game_that_cannot_be_over_is_refused_before_anything_is_kept(desk):
    with pytest.raises(LookAhead, match="nothing received after"):
        import_archive(desk, games(a_game(game_date="2025-11-20", home=False)))

    with unit_of_work(desk.engine, write=False) as session:
        assert number(session, "SELECT count(*) FROM raw_payload") == 0


def test_a_game_on_a_neutral_floor_is_history_and_becomes_an_event_when_another_source_names_the_host(desk):
    import_archive(desk, games(a_game(home=False)))
    with unit_of_work(desk.engine, write=False) as session:
        logs = players.read_logs(session, League.NBA, as_of=NOW)
    assert (logs.games, set(logs.home.tolist()), line_of(desk, TATUM)) == (("nba_stats:0022500200",), {-1}, None)

    done = import_archive(desk, lines(a_price_row()))
    with unit_of_work(desk.engine, write=False) as session:
        logs = players.read_logs(session, League.NBA, as_of=NOW)

    assert (done.lines.linked, logs.games) == (1, (EVENT,))
    assert line_of(desk, TATUM).value(Statistic.POINTS) == 21


def test_players_who_changed_their_team_have_both_and_historical_codes_are_read(desk):
    before = a_game(game_id="0022500100", game_date="2025-10-30")
    before[0] |= {"player_id": 21, "player_name": "OG Anunoby"}
    import_archive(desk, games(before, a_game("NYK", "MIA", game_id="0022500300")))
    with unit_of_work(desk.engine, write=False) as session:
        roster = players.roster(session, League.NBA, season=2025, provider="nba_stats")
        codes = [alias_table(session).resolve(League.NBA, "nba_stats", code) for code in ("CHH", "VAN", "NOK")]

    assert roster.players["nba_21"].teams == {"nba_celtics", "nba_knicks"}
    assert codes == ["nba_hornets", "nba_grizzlies", "nba_pelicans"]


# --------------------------------------------------------------------------------------------- lines on players


def test_lines_become_quotes_of_players_by_name_and_all_but_the_main_one_are_set_aside(desk):
    import_archive(desk, games(a_game()))
    rows = [a_price_row(), a_price_row(line=27.5, over_odds=150.0, under_odds=-190.0),
            a_price_row("Kristaps Porzingis", line=15.5, under_odds=None), a_price_row("Jaime Jaquez", line=12.5)]  # fmt: skip
    done = import_archive(desk, lines(*rows)).capture

    assert (done.received, done.accepted, done.quarantined) == (7, 5, {"ALTERNATE_LINE": 2})
    assert points_of(desk) == {
        (TATUM, Side.OVER, 25.5, "-110"), (TATUM, Side.UNDER, 25.5, "-110"), ("nba_4", Side.OVER, 15.5, "-110"),
        ("nba_13", Side.OVER, 12.5, "-110"), ("nba_13", Side.UNDER, 12.5, "-110"),
    }  # fmt: skip
    assert points_of(desk, SEEN_AT - MINUTE) == set()


def test_lines_join_the_event_of_the_logs_whichever_file_comes_first(desk, seeded):
    import_archive(desk, lines(a_price_row()))
    import_archive(desk, games(a_game()))
    with unit_of_work(seeded, write=False) as session:
        aliases = rows_of(session, "SELECT provider, event_id FROM event_alias ORDER BY provider")

    assert aliases == [
        {"provider": "nba_stats", "event_id": EVENT}, {"provider": "the_odds_api", "event_id": EVENT}
    ]  # fmt: skip


def test_readers_of_games_alone_see_no_player(desk):
    import_archive(desk, games(a_game()))
    import_archive(desk, lines(a_price_row()))
    with unit_of_work(desk.engine, write=False) as session:
        for found in (
            quotes.of_events(session, [EVENT], as_of=NOW), quotes.standing(session, [EVENT], as_of=NOW),
            quotes.last_seen(session, [EVENT]), quotes.seen_by(session, [EVENT], as_of=NOW),
        ):  # fmt: skip
            assert not found
        series = set(quotes.standing(session, [EVENT], as_of=NOW, players=True))

        assert series == {(EVENT, "betmgm", f"PLAYER_POINTS:FULL_GAME:{TATUM}", side) for side in POINTS.sides}
        assert set(quotes.last_seen(session, [EVENT], players=True)) == series
        assert quotes.seen_by(session, [EVENT], as_of=NOW, players=True) == dict.fromkeys(series, SEEN_AT)
        assert {item.series for item in quotes.of_events(session, [EVENT], as_of=NOW, players=True)} == series


def test_a_name_that_nobody_can_be_sure_of_waits_and_is_read_again_once_a_person_has_said(desk):
    import_archive(desk, games(a_game()))
    done = import_archive(desk, lines(a_price_row("Jayson Tatem"), a_price_row("Bam Adebayo", line=18.5))).capture
    review = spellings(desk)["Jayson Tatem"]
    assert (done.accepted, done.quarantined) == (2, {"UNKNOWN_PLAYER": 2})
    with unit_of_work(desk.engine, write=False) as session:
        (asked,) = rows_of(session, "SELECT kind, suggestions FROM mapping_review")
    assert (asked["kind"], json.loads(asked["suggestions"])[0]) == ("PLAYER", "Jayson Tatum (nba_1)")

    said = accept(desk, review, TATUM, why="a slip of the pen", actor="ann")

    assert (said.accepted, said.still_set_aside) == (2, 0)
    assert {player for player, *_ in points_of(desk)} == {TATUM, "nba_11"}


def test_two_players_of_one_name_are_never_told_apart_by_a_guess(desk):
    rows = a_game() + a_game("NYK", "MIA", game_id="0022500100", game_date="2025-10-30")
    rows[10] |= {"player_name": "Jayson Tatum"}
    import_archive(desk, games(rows))
    done = import_archive(desk, lines(a_price_row())).capture

    assert (done.accepted, done.quarantined) == (0, {"UNKNOWN_PLAYER": 2})


# ------------------------------------------------------------------------------------------ a live answer


def answer(*told, name="odds"):
    """Give an answer of The Odds API on one event: what a book shows of players' points."""
    outcomes = [
        {"name": side, "description": player, "price": price, "point": line}
        for player, line, price in told
        for side in ("Over", "Under")
    ]
    body = {
        "id": "vendor1", "sport_key": "basketball_nba", "commence_time": f"{STARTS_AT:%Y-%m-%dT%H:%M:%SZ}",
        "home_team": "Boston Celtics", "away_team": "Miami Heat",
        "bookmakers": [{"key": "betmgm", "title": "BetMGM", "markets": [
            {"key": "player_points", "last_update": f"{SEEN_AT:%Y-%m-%dT%H:%M:%SZ}", "outcomes": outcomes}
        ]}],
    }  # fmt: skip
    return RawPayload(name, json.dumps(body).encode(), SEEN_AT)


COVERED = Coverage(League.NBA, (POINTS,), None, ("vendor1",))


def poll(desk, payload, at):
    feed = TheOddsApi()
    payload = replace(payload, received_at=at)
    with unit_of_work(desk.engine) as session:
        sha = captures.keep_payload(session, payload, feed=feed.name)
        source = Source(sha, feed.name, Phase.LIVE, polled=True, coverage=COVERED, answered_at=at)
        return capture.keep(session, source, feed.parse(payload), desk.aliases.table(session), at=at)


def test_a_live_answer_names_players_asks_about_others_and_takes_them_in_once_they_are_mapped(desk):
    import_archive(desk, games(a_game(game_id="0022500100", game_date="2025-10-30")))
    first = poll(desk, answer(("Jayson Tatum", 25.5, -110), ("J. Brown", 22.5, -115)), SEEN_AT)

    assert (first.accepted, first.quarantined) == (2, {"UNKNOWN_PLAYER": 2})
    accept(desk, spellings(desk)["J. Brown"], "nba_2", why="his initial", actor="ann")
    assert {player for player, *_ in points_of(desk, SEEN_AT)} == {TATUM, "nba_2"}


def test_a_line_that_is_not_shown_any_more_is_gone_and_one_without_a_price_is_no_quote(desk):
    import_archive(desk, games(a_game(game_id="0022500100", game_date="2025-10-30")))
    poll(desk, answer(("Jayson Tatum", 25.5, -110), ("Bam Adebayo", 18.5, -110), ("Sam Hauser", 9.5, -110)), SEEN_AT)
    at = SEEN_AT + MINUTE
    found = poll(desk, answer(("Jayson Tatum", 26.5, -110), ("Bam Adebayo", 18.5, None), name="later"), at)
    with unit_of_work(desk.engine, write=False) as session:
        told = quotes.of_events(session, [EVENT], as_of=at, players=True)

    assert found.gone == 4
    assert {(player, line) for player, _, line, _ in points_of(desk, at)} == {(TATUM, 26.5)}
    assert {item.market.player_id for item in told if item.gone_at == at} == {"nba_11", "nba_5"}


def test_a_ladder_in_a_live_answer_has_no_main_line(desk):
    import_archive(desk, games(a_game(game_id="0022500100", game_date="2025-10-30")))
    found = poll(desk, answer(("Jayson Tatum", 25.5, -110), ("Jayson Tatum", 27.5, 150)), SEEN_AT)

    assert found.quarantined == {"ALTERNATE_LINE": 4}
