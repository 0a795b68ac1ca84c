"""What picks on players promised beside what came: their promise has in it that they do not play; SYNTHETIC picks."""

import pytest

from closeline.domain.cohorts import Cohort
from closeline.domain.settlement import Result
from closeline.flow.view.performance.figures import Standing, figures
from closeline.flow.view.performance.sums import sums_of, total
from closeline.store.desk.endings import Ending
from closeline.store.desk.grades import Grade
from tests.builders.moments import ENDS, OPENS, START
from tests.builders.payloads import GAME
from tests.builders.records import TENANT

UNIT = 1_000_000
# Of fifty who play two land on the line, and of the others 30 in 48 win: at even odds that is a quarter of a unit each.
PLAYS, PUSH, P_WIN = 0.5, 0.04, 30 / 48
CAME: list[tuple[Result, str | None, int]] = [(Result.VOID, "DNP", 0)] * 50 + [(Result.PUSH, None, 0)] * 2
CAME += [(Result.WIN, None, UNIT)] * 30 + [(Result.LOSS, None, -UNIT)] * 18


def an_ending(number: int, came: tuple[Result, str | None, int], market_key: str) -> Ending:
    result, reason, units = came
    ev = PLAYS * (1 - PUSH) * (2 * P_WIN - 1)
    grade = Grade(
        TENANT, f"pick{number}", "settlement-v1", 1, str(result), 4, units, reason, P_WIN, 0.5, None, None, None, None,
        None, ENDS,
    )  # fmt: skip
    return Ending(
        f"pick{number}", "nba", GAME, "2023-11-15", market_key, "PICK", "A", "archive", "p", "c", OPENS,
        START, 2.0, UNIT, P_WIN, 0.5, ev, grade, None,
    )  # fmt: skip


def promised(market_key: str):
    sums = total(sums_of(an_ending(number, came, market_key)) for number, came in enumerate(CAME))
    (row,) = figures([Standing(Cohort(), sums, (sums,), (sums,))])
    return row.expected_publish


def test_picks_that_ended_just_as_promised_are_no_distance_from_it_with_those_who_did_not_play_among_them():
    found = promised("PLAYER_PRA:FULL_GAME:nba_1")

    assert (found.expected, found.realised, found.n) == (pytest.approx(12.0), 12.0, 100)
    assert found.z == pytest.approx(0.0, abs=1e-9)


def test_a_void_that_no_promise_foresaw_is_not_counted_among_the_promises():
    assert promised("TOTAL:FULL_GAME").n == 50
