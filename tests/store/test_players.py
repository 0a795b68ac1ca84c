"""Players in the record: logs in columns as of a moment, who is about to play, and what was reported of whom."""

from datetime import date, timedelta

import numpy as np
import pytest

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.forecasts.injuries import PlayStatus
from closeline.domain.leagues import League, eastern
from closeline.domain.props.boxes import Box
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.logs import BOX
from closeline.store import injuries, players, references
from closeline.store.injuries import InjuryReport
from closeline.store.players import CUTOFF_BEFORE_START, SlateEntry
from closeline.store.polls import captures
from closeline.store.session import unit_of_work
from closeline.store.tables.reference import event_alias
from tests.builders.box_scores import DAY, SEEN_AT, STARTS_AT
from tests.builders.payloads import a_payload, an_event
from tests.builders.records import take_in

NBA = League.NBA
CELTICS, HEAT, KNICKS = "nba_celtics", "nba_heat", "nba_knicks"
TONIGHT = "nba_heat_celtics_2025_11_10"
HOUR = timedelta(hours=1)


def a_box(own, day, team=CELTICS, opponent=KNICKS, *, game=None, name=None, **numbers):
    """Give one line; whoever is not named goes by his number."""
    game = game or f"{day:%y%m%d}{'-'.join(sorted((team, opponent)))}"
    nothing = Box(
        game, own, name or f"Player {own}", 2025, day, team, opponent, 1, 1800,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "row 1",
    )  # fmt: skip
    return nothing._replace(**numbers)


def plant(engine, *boxes, corrected_at=SEEN_AT):
    """Keep lines as an import does, at 04:00 of the day after each game."""
    with unit_of_work(engine) as session:
        payload = RawPayload("boxes", repr(boxes).encode(), corrected_at)
        sha = captures.keep_payload(session, payload, feed="player_games")
        players.add_players(session, boxes, league=NBA, provider="nba_stats")
        kept = [box._replace(player=players.player_id(NBA, box.player)) for box in boxes]
        players.add_stints(session, kept, league=NBA)
        known = players.latest_boxes(session, [box.game for box in kept], provider="nba_stats")
        received = {box.day: eastern(box.day + timedelta(days=1), (SEEN_AT - 13 * HOUR).time()) for box in boxes}
        return players.add_boxes(
            session, kept, known, league=NBA, provider="nba_stats", payload_sha=sha, received=received,
            corrected_at=corrected_at,
        )  # fmt: skip


def days_before(count):
    return DAY - timedelta(days=count)


def put_on(engine, **changes):
    """Let the record know of tonight's game at 17:00."""
    event = an_event("v1", day=DAY, starts_at=STARTS_AT, **changes)
    with unit_of_work(engine) as session:
        take_in(session, a_payload(event, archive=False), at=SEEN_AT - HOUR)


def slate(engine, as_of=SEEN_AT):
    with unit_of_work(engine, write=False) as session:
        return players.slate_of(session, NBA, DAY, as_of)


def logs(engine, as_of=SEEN_AT, **more):
    with unit_of_work(engine, write=False) as session:
        return players.read_logs(session, NBA, as_of=as_of, **more)


def report(engine, name, status, told_at, *, team=CELTICS, received_at=None):
    with unit_of_work(engine) as session:
        payload = RawPayload("injuries", f"{name}{status}{told_at}".encode(), received_at or told_at)
        sha = captures.keep_payload(session, payload, feed="injuries")
        injuries.add(session, [
            InjuryReport("nba", team, name, None, PlayStatus(status), "knee", told_at, sha, "row 1",
                         received_at or told_at)
        ])  # fmt: skip


def test_logs_are_columns_in_order_of_day_game_team_and_player(seeded):
    plant(
        seeded, a_box("2", days_before(2), pts=12, reb=3), a_box("1", days_before(2), pts=30, ast=4),
        a_box("3", days_before(3), KNICKS, CELTICS, pts=8, fg3m=2),
    )  # fmt: skip
    found = logs(seeded)

    assert [found.players[code] for code in found.player] == ["nba_3", "nba_1", "nba_2"]
    assert [found.teams[code] for code in found.team] == [KNICKS, CELTICS, CELTICS]
    assert found.numbers(Statistic.PRA).tolist() == [8, 34, 15]
    assert (found.box.shape, found.box.dtype) == ((len(BOX), 3), np.float32)
    assert found.box[0].tolist() == [30, 30, 30]
    assert found.day.tolist() == [(days_before(n) - date(1970, 1, 1)).days for n in (3, 2, 2)]
    assert found.played.all()
    assert np.isnan(found.context.total).all()


def test_what_was_received_later_is_not_read_and_a_correction_stands_for_what_it_corrects(seeded):
    plant(seeded, a_box("1", days_before(2), pts=10))
    plant(
        seeded, a_box("1", days_before(2), KNICKS, CELTICS, game=f"{days_before(2):%y%m%d}{CELTICS}-{KNICKS}", pts=12)
    )

    assert len(logs(seeded, eastern(days_before(1), (SEEN_AT - 14 * HOUR).time()))) == 0
    before, after = logs(seeded, SEEN_AT - HOUR), logs(seeded, SEEN_AT)
    assert (before.numbers(Statistic.POINTS).tolist(), after.numbers(Statistic.POINTS).tolist()) == ([10], [12])
    assert [held.teams[held.team[0]] for held in (before, after)] == [CELTICS, KNICKS]


def test_logs_from_a_day_on_leave_out_what_was_before(seeded):
    plant(seeded, a_box("1", days_before(5)), a_box("1", days_before(2)))

    assert len(logs(seeded, since_day=days_before(2))) == 1


def test_an_empty_record_has_empty_logs(seeded):
    found = logs(seeded)

    assert (len(found), found.box.shape, found.games) == (0, (len(BOX), 0), ())


def test_rows_of_a_slate_have_no_numbers_and_know_what_was_told_until_now(seeded):
    plant(seeded, a_box("1", days_before(2), pts=10))
    put_on(seeded)
    entry = SlateEntry(TONIGHT, 2025, DAY, "nba_1", CELTICS, HEAT, 1, 1)
    found = logs(seeded, slate=[entry])
    game = found.games.index(TONIGHT)

    assert (found.played.tolist(), found.game.tolist()[-1]) == ([True, False], game)
    assert np.isnan(found.box[:, 1]).all()
    assert (found.context.starts_at[game], found.context.cutoff[game]) == (micros(STARTS_AT), micros(SEEN_AT))


def test_a_game_that_was_played_is_cut_off_before_its_start_and_leaves_the_slate(seeded):
    put_on(seeded)
    plant(seeded, a_box("1", DAY, opponent=HEAT, game="g"))
    with unit_of_work(seeded) as session:
        event = references.versions(session, [TONIGHT], as_of=SEEN_AT)[TONIGHT]
        assert players.link_games(session, NBA) == 0  # one that tells who is at home is linked by its import
        session.append(event_alias, ("provider", "provider_event_id", "event_id"), [("nba_stats", "g", TONIGHT)])
    entry = SlateEntry(TONIGHT, 2025, DAY, "nba_1", CELTICS, HEAT, 1, 1)
    found = logs(seeded, SEEN_AT + timedelta(days=1), slate=[entry])

    assert (found.games, found.played.tolist()) == ((TONIGHT,), [True])
    assert found.context.starts_at[0] - found.context.cutoff[0] == CUTOFF_BEFORE_START // timedelta(microseconds=1)
    assert found.context.starts_at[0] == micros(event.starts_at)


def test_who_played_for_a_team_lately_is_expected_and_who_left_it_is_not(seeded):
    put_on(seeded)
    plant(
        seeded, *(a_box("1", days_before(n)) for n in range(1, 12)), a_box("2", days_before(11)),
        a_box("3", days_before(4)), a_box("3", days_before(1), KNICKS, CELTICS), a_box("4", days_before(10)),
        a_box("5", days_before(6), KNICKS, CELTICS), a_box("5", days_before(2)),
    )  # fmt: skip
    found = slate(seeded)

    # The second man last played eleven games ago; the third was traded away, the fifth came.
    assert [(item.player_id, item.team_id, item.opponent_id, item.home) for item in found.entries] == [
        (f"nba_{n}", CELTICS, HEAT, 1) for n in (1, 4, 5)
    ]  # fmt: skip
    assert [(item.games, item.has_few_games) for item in found.entries] == [(11, False), (1, True), (2, True)]
    assert slate(seeded, STARTS_AT).entries == ()


def test_the_last_report_says_how_likely_a_player_is_to_play(seeded):
    put_on(seeded)
    plant(seeded, a_box("1", days_before(1), name="Jaylen Brown"), a_box("2", days_before(1), name="Al Horford"))
    report(seeded, "Jaylen Brown", "OUT", SEEN_AT - 9 * HOUR)
    report(seeded, "Jaylen Brown", "QUESTIONABLE", SEEN_AT - 2 * HOUR)
    report(seeded, "Jaylen Brown", "AVAILABLE", SEEN_AT + HOUR)
    report(seeded, "Al Horford", "OUT", SEEN_AT - timedelta(days=8))
    found = slate(seeded)

    assert [(item.player_id, item.plays) for item in found.entries] == [("nba_1", 0.55), ("nba_2", None)]


def test_a_report_from_before_the_day_on_which_he_last_played_says_nothing_of_tonight(seeded):
    put_on(seeded)
    plant(seeded, a_box("1", days_before(2), name="Jaylen Brown"), a_box("2", days_before(2), name="Al Horford"))
    report(seeded, "Jaylen Brown", "OUT", SEEN_AT - timedelta(days=4))
    report(seeded, "Al Horford", "DOUBTFUL", SEEN_AT - timedelta(days=2))
    back = slate(seeded)
    report(seeded, "Jaylen Brown", "QUESTIONABLE", SEEN_AT - HOUR)
    again = slate(seeded)

    assert [(item.player_id, item.plays) for item in back.entries] == [("nba_1", None), ("nba_2", pytest.approx(0.1))]
    assert [item.plays for item in again.entries] == [0.55, pytest.approx(0.1)]


def test_reports_come_in_order_of_their_telling_and_only_of_players_that_the_roster_knows(seeded):
    plant(seeded, a_box("1", days_before(1), name="Nikola Jokić"), a_box("2", days_before(1), KNICKS, CELTICS))
    report(seeded, "Nikola Jokic", "OUT", SEEN_AT - HOUR)
    report(seeded, "Nikola Jokic", "DOUBTFUL", SEEN_AT - 5 * HOUR, received_at=SEEN_AT - HOUR / 2)
    report(seeded, "Player 2", "OUT", SEEN_AT - HOUR)
    report(seeded, "Somebody Else", "OUT", SEEN_AT - HOUR)
    report(seeded, "Nikola Jokic", "AVAILABLE", SEEN_AT - HOUR, received_at=SEEN_AT + HOUR)
    told = logs(seeded).reports

    assert told.told_at.tolist() == [micros(SEEN_AT - 5 * HOUR), micros(SEEN_AT - HOUR)]
    assert told.plays.tolist() == pytest.approx([0.1, 0.0])
    assert set(told.player.tolist()) == {0}


def test_two_games_of_one_pair_on_a_day_are_linked_to_nothing(seeded):
    put_on(seeded)
    neutral = [a_box("1", DAY, opponent=HEAT, game=name)._replace(home=-1) for name in ("a", "b")]
    plant(seeded, *neutral)
    with unit_of_work(seeded) as session:
        assert players.link_games(session, NBA) == 0


def test_names_and_numbers_of_the_source_are_spellings_and_a_name_of_two_is_nobodys(seeded):
    plant(seeded, a_box("1", DAY, name="Ann Guard"), a_box("2", DAY, name="Bob Wing"), a_box("3", DAY, name="Bob Wing"))
    with unit_of_work(seeded, write=False) as session:
        roster = players.roster(session, NBA, season=2025, provider="nba_stats")
        last = players.roster(session, NBA, season=2026, provider="nba_stats")
        old = players.roster(session, NBA, season=2027, provider="nba_stats")

    assert roster.find("Ann Guard", (CELTICS,)).player_id == "nba_1"
    assert roster.find("Bob Wing", (CELTICS,)).player_id is None
    assert last.find("Ann Guard", (CELTICS,)).player_id == "nba_1"
    assert old.find("Ann Guard", (CELTICS,)).player_id is None


def test_a_report_is_read_by_the_roster_as_it_was_known_then_whoever_has_played_since(seeded):
    put_on(seeded)
    plant(seeded, a_box("1", days_before(2), name="Ann Guard"), a_box("2", days_before(2), name="Bob Wing"))
    # Traded and not yet seen with his new team; without a game as yet; and one who has a namesake tomorrow.
    report(seeded, "Bob Wing", "OUT", SEEN_AT - HOUR, team=HEAT)
    report(seeded, "Cem Rookie", "OUT", SEEN_AT - HOUR)
    report(seeded, "Ann Guard", "DOUBTFUL", SEEN_AT - HOUR)
    before, expected = logs(seeded).reports, slate(seeded)
    plant(
        seeded, a_box("2", DAY, HEAT, CELTICS, game="g", name="Bob Wing"),
        a_box("3", DAY, opponent=HEAT, game="g", name="Cem Rookie"),
        a_box("4", DAY, opponent=HEAT, game="g", name="Ann Guard"), corrected_at=SEEN_AT + HOUR,
    )  # fmt: skip
    after = logs(seeded).reports
    names = logs(seeded, SEEN_AT + timedelta(days=1)).reports

    assert (before.plays.tolist(), after.plays.tolist()) == ([pytest.approx(0.1)], [pytest.approx(0.1)])
    assert slate(seeded) == expected
    assert len(names.plays) == 2  # by then the trade and the debut are known, and the name is of two
