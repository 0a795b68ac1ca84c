"""Backfills: what is made again of the past stands beside what is there, is told, and is added once."""

from datetime import date, timedelta

import pytest

from closeline.domain.calibration import ActivationEvidence, RetryRules
from closeline.domain.errors import BadInput, NotFound
from closeline.domain.leagues import League
from closeline.domain.settlement.configured import changed_rules
from closeline.flow import settle
from closeline.flow.settle import Days
from closeline.flow.tune.calibration import candidates
from closeline.jobs.learning.limiting.ruling import change_rules
from closeline.jobs.replaying.backfilling import calibrate_window, import_results, regrade
from closeline.maths.trial import Split, Trial
from closeline.store import calibrations
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST, RECEIVED_AT, an_archive
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, number, rows_of, tamper
from tests.flow.test_tune_calibration import GOOD, heat

NBA = [League.NBA]
EVER = Days()
WANTED = {"correction_window_hours": 48}
OTHER = changed_rules(WANTED).version


def count(engine, table, where="1 = 1"):
    with unit_of_work(engine, write=False) as session:
        return number(session, f"SELECT count(*) FROM {table} WHERE {where}")


def told(engine, what):
    with unit_of_work(engine, write=False) as session:
        rows = rows_of(session, "SELECT body, actor, why FROM event_log WHERE name = 'StateChanged'")
    return [(row["actor"], row["why"]) for row in rows if what in row["body"]]


@pytest.fixture
def ruled(played):
    """Give a season whose desk has other rules in force since."""
    change_rules(a_desk(played), League.NBA, {"settlement": WANTED}, why="a book's own", actor="ann")
    return a_desk(played, now=RECEIVED_AT + timedelta(days=1))


def again(desk, *, dry_run=False, days=EVER, rules=OTHER):
    return regrade(desk, rules, leagues=NBA, days=days, why="the books changed", actor="ann", dry_run=dry_run)


def test_grades_by_other_rules_stand_beside_the_old_and_name_them(ruled):
    before = count(ruled.engine, "grade")
    found = again(ruled)

    assert found.graded == before > 0
    assert count(ruled.engine, "grade") == 2 * before
    assert (
        count(ruled.engine, "grade", f"rules = '{OTHER}' AND cause = 'RULES' AND supersedes LIKE 'settlement-v1@%'")
        == before
    )
    assert (found.differing, found.units) == ([], 0.0)
    assert told(ruled.engine, "Regraded") == [("ann", "the books changed")]


def test_a_second_time_adds_nothing_and_tells_nothing(ruled):
    again(ruled)
    before = count(ruled.engine, "grade")

    assert again(ruled).graded == 0
    assert count(ruled.engine, "grade") == before
    assert len(told(ruled.engine, "Regraded")) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(ruled):
    before = count(ruled.engine, "grade")
    dry = again(ruled, dry_run=True)

    assert count(ruled.engine, "grade") == before
    assert told(ruled.engine, "Regraded") == []
    assert dry.graded == again(ruled).graded


def test_only_the_days_that_were_asked_for_are_graded_again(ruled):
    days = Days(FIRST + timedelta(days=5), FIRST + timedelta(days=7))
    found = again(ruled, days=days)
    with unit_of_work(ruled.engine, write=False) as session:
        rows = rows_of(
            session,
            "SELECT DISTINCT e.day FROM grade g JOIN pick p ON p.pick_id = g.pick_id "
            "JOIN event e ON e.event_id = p.event_id WHERE g.rules = :rules",
            rules=OTHER,
        )

    assert found.graded > 0
    assert {date.fromisoformat(row["day"]) for row in rows} <= {FIRST + timedelta(days=day) for day in (5, 6, 7)}


def test_a_grade_that_was_wrong_is_named_with_what_it_costs(ruled):
    tamper(ruled.engine, "grade", "UPDATE grade SET result = 'PUSH', units_micros = 0 WHERE result = 'WIN'")
    found = again(ruled, dry_run=True)

    assert found.differing
    assert {item.before.rpartition(" ")[2] for item in found.differing} == {"PUSH"}
    assert {item.after.rpartition(" ")[2] for item in found.differing} == {"WIN"}
    assert found.units > 0


def test_the_next_settlement_does_not_bring_back_a_grade_that_is_there(ruled):
    again(ruled)
    before = count(ruled.engine, "grade")
    with unit_of_work(ruled.engine) as session:
        settle.settle_picks(
            session, tenant_id=TENANT, league=League.NBA, snapshot_id="again", at=RECEIVED_AT + timedelta(days=1)
        )

    assert count(ruled.engine, "grade") == before


def test_rules_that_nobody_ever_had_are_refused(ruled):
    with pytest.raises(NotFound, match=r"known: .*settlement-v1"):
        again(ruled, rules="settlement-v9")


def window(desk, *, dry_run=False, first=FIRST, days=60):
    since = RECEIVED_AT.replace(year=first.year, month=first.month, day=first.day)
    return calibrate_window(
        desk, since=since, until=since + timedelta(days=days), leagues=NBA, method="auto", why="looking back", actor="ann",
        dry_run=dry_run,
    )  # fmt: skip


def statuses(engine):
    with unit_of_work(engine, write=False) as session:
        return {
            scope: calibrations.standing_of(session, tenant_id=TENANT, scope=scope)
            for scope in calibrations.scopes(session, tenant_id=TENANT)
        }


@pytest.fixture
def small(monkeypatch):
    """Let forty games be enough, and every candidate be one that the gate would let through."""
    monkeypatch.setattr(candidates, "RETRIES", RetryRules(results_min=30, observations_min_global=30))

    def trial(p_raw, won, days, **given):
        early = days < sorted(days)[days.size * 2 // 3]
        fitted = heat(1.0 + p_raw.size / 100)
        return Trial(fitted, ActivationEvidence(**(GOOD | {"scope": given["scope"]})), Split(early, ~early))

    monkeypatch.setattr(candidates, "try_out", trial)


def test_a_window_gives_candidates_that_are_never_watched_and_never_in_force(played, small):
    desk = a_desk(played)
    before = statuses(played)
    found = window(desk)
    after = statuses(played)
    new = {item.calibration_version for item in found.scopes if item.outcome == "CANDIDATE"}

    assert new, found.scopes
    assert {scope: (one.active, one.shadow) for scope, one in before.items()} == {
        scope: (after[scope].active, after[scope].shadow) for scope in before
    }
    assert all(one.statuses[name] == "CANDIDATE" for one in after.values() for name in one.statuses if name in new)
    assert len(told(played, "WindowCalibrated")) == bool(new)
    assert not any(item.outcome == "CANDIDATE" for item in window(desk).scopes)


def test_a_dry_run_of_a_window_writes_nothing(played):
    before = (count(played, "calibration_version"), count(played, "calibration_event"), count(played, "event_log"))
    window(a_desk(played), dry_run=True)

    assert before == (
        count(played, "calibration_version"),
        count(played, "calibration_event"),
        count(played, "event_log"),
    )


def test_a_window_that_ends_before_it_begins_is_refused(played):
    with pytest.raises(BadInput, match="--from must be before --to"):
        window(a_desk(played), days=-1)


def test_results_that_come_late_are_imported_once(seeded):
    desk, archive = a_desk(seeded), an_archive(days=2, games=2)
    dry = import_results(desk, [archive], actor="ann", dry_run=True)
    assert (count(seeded, "event_result"), dry.files[0].results) == (0, 4)
    import_results(desk, [archive], actor="ann", dry_run=False)
    first = count(seeded, "event_result")
    import_results(desk, [archive], actor="ann", dry_run=False)

    assert count(seeded, "event_result") == first == 4
