"""Worth: an oracle replays the season without the rule, and brute force counts the raw rows."""

# mypy: disable-error-code="operator, arg-type, misc"

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from closeline.domain.errors import CorruptRecord
from closeline.domain.gates import GATES
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from closeline.flow.view import plays, without
from closeline.flow.view.worth import EVERY, EXAMPLES, RULES, league_worth
from closeline.jobs.replaying.backtest import backtest
from closeline.maths.worth import Worth
from closeline.store.desk import objections
from closeline.store.session import unit_of_work
from tests.builders.archives import WINNER_COLUMNS, archive_of, rows
from tests.builders.archives import without as without_columns
from tests.builders.desks import a_desk
from tests.builders.held_back import GATE, HELD_BACK
from tests.builders.records import TENANT, a_copy, number, rows_of, tamper

MONEYLINE_COLUMNS = [f"{phase}_{name}" for phase in ("open", "close") for name in WINNER_COLUMNS]
RANK = ("NO_PLAY", "LEAN", "PICK")
FINDINGS = """
    SELECT f.*, p.event_id, p.market_key FROM candidate_finding f
    JOIN prediction p ON p.prediction_id = f.prediction_id ORDER BY f.as_of, f.prediction_id, f.side, f.ordinal"""
PICKED = """
    SELECT p.event_id, p.market_key, p.p_final, p.edge_probability, p.q_market, t.clv_prob, g.result
    FROM pick p JOIN publication u ON u.pick_id = p.pick_id
    LEFT JOIN line_track t ON t.pick_id = p.pick_id LEFT JOIN grade g ON g.pick_id = p.pick_id
    WHERE p.decision = 'PICK'"""


@pytest.fixture
def held_back(new_databases) -> Iterator[Engine]:
    """Give the season of `played`, judged with a planted rule in the place of `flags`."""
    with a_copy(new_databases, *HELD_BACK) as engine:
        yield engine


def worth(session, tenant_id=TENANT):
    return league_worth(session, tenant_id=tenant_id, league=League.NBA)


def of_rule(found, gate, market_key=EVERY):
    rule = next(item for item in found.rules if item.gate == gate)
    return next(item for item in rule.markets if item.market_key == market_key)


def candidates_of(session):
    """Give the raw rows of each candidate, the verdict last."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows_of(session, FINDINGS):
        found.setdefault((row["event_id"], row["market_key"]), []).append(row)
    return found


def told(session):
    """Give what the oracle knows of each candidate: its decision and published probability."""
    return {
        key: (rows[-1]["action"], json.loads(rows[-1]["inputs"])["p_final"])
        for key, rows in candidates_of(session).items()
    }


def without_planted(session):
    """Give the same of the record with the planted rule, as our code decides it without that rule's finding."""
    judged = list(objections.judged_sides(session, tenant_id=TENANT, league=League.NBA))
    under = without.laws(session, judged, tenant_id=TENANT, league=League.NBA)
    freed = {(item.event_id, item.market_key): (item, without.freed(item, GATE, under)) for item in judged}
    return {
        key: (found.decision, found.p_final) if found else (item.decision, None) for key, (item, found) in freed.items()
    }


def agree(found, oracle):
    """Say whether decisions agree, and probabilities wherever leaving the rule out lifted a candidate."""
    return found.keys() == oracle.keys() and all(
        decision == oracle[key][0] and p_final in (None, pytest.approx(oracle[key][1], abs=1e-9))
        for key, (decision, p_final) in found.items()
    )


def test_a_record_without_the_rules_finding_is_the_record_of_a_season_without_the_rule(held_back, played):
    with unit_of_work(played, write=False) as session:
        oracle = told(session)
    with unit_of_work(held_back, write=False) as session:
        with_rule = told(session)
        found = without_planted(session)

    lifted = Counter((with_rule[key][0], found[key][0]) for key in found if with_rule[key][0] != found[key][0])
    assert agree(found, oracle)
    assert lifted["NO_PLAY", "PICK"] > 0
    assert lifted["LEAN", "PICK"] > 0
    assert lifted["NO_PLAY", "LEAN"] > 0


def _forgetting_the_others(found):
    del found
    return Decision.PICK


def _leaving_the_trust_taken(item, gate, under, original=without.freed):
    return original(replace(item, weakened=None), gate, under)


@pytest.mark.parametrize(("name", "bug"), [("decided_by", _forgetting_the_others), ("freed", _leaving_the_trust_taken)])
def test_the_oracle_notices_a_planted_bug(held_back, played, monkeypatch, name, bug):
    with unit_of_work(played, write=False) as session:
        oracle = told(session)
    monkeypatch.setattr(without, name, bug)
    with unit_of_work(held_back, write=False) as session:
        found = without_planted(session)

    assert not agree(found, oracle)


def expected_figures(rows):
    closed = [row for row in rows if row["clv_prob"] is not None]
    results = Counter(row["result"] for row in rows)
    clv = [100 * row["clv_prob"] for row in closed]
    value = [100 * (row["clv_prob"] + row["q_market"] - (row["p_final"] - row["edge_probability"])) for row in closed]
    return (
        len(rows), pytest.approx(sum(clv) / len(clv), abs=1e-6), pytest.approx(sum(value) / len(value), abs=1e-6),
        results["WIN"], results["LOSS"], results["PUSH"],
    )  # fmt: skip


def figures_of(found):
    return (found.n, found.clv.mean, found.value.mean, found.wins, found.losses, found.pushes)


def test_what_was_held_back_comes_to_what_its_picks_came_to_where_the_rule_was_not(held_back, played):
    with unit_of_work(played, write=False) as session:
        picked = {(row["event_id"], row["market_key"]): row for row in rows_of(session, PICKED)}
    with unit_of_work(held_back, write=False) as session:
        with_rule = told(session)
        found = worth(session)

    freed = {key: row for key, row in picked.items() if with_rule[key][0] != "PICK"}
    assert figures_of(of_rule(found, GATE).held_back) == expected_figures(list(freed.values()))
    for market_key in {key for _, key in freed}:
        of_market = [row for key, row in freed.items() if key[1] == market_key]
        assert of_rule(found, GATE, market_key).alone_from_pick == len(of_market)
        assert figures_of(of_rule(found, GATE, market_key).held_back) == expected_figures(of_market)


def test_the_picks_come_to_what_their_closes_and_grades_say(played):
    with unit_of_work(played, write=False) as session:
        picked = rows_of(session, PICKED)
        found = worth(session)

    assert figures_of(found.markets[0].picks) == expected_figures(picked)
    assert found.not_repeated == 0


def test_closes_of_the_wrong_side_are_noticed(played, monkeypatch):
    monkeypatch.setattr(plays, "_of_side", lambda canonical, other: canonical)
    with unit_of_work(played, write=False) as session:
        picked = rows_of(session, PICKED)
        found = worth(session)

    assert figures_of(found.markets[0].picks) != expected_figures(picked)


def test_counts_are_those_of_the_rows(held_back):
    with unit_of_work(held_back, write=False) as session:
        found = worth(session)
        judged = candidates_of(session)

    for share in found.markets:
        own = [rows for (_, key), rows in judged.items() if share.market_key in (EVERY, key)]
        decided = Counter(rows[-1]["action"] for rows in own)
        assert share.n == len(own)
        assert share.decisions == {name: decided[name] for name in ("PICK", "LEAN", "NO_PLAY")}
    for rule in found.rules:
        said = [(row, rows) for rows in judged.values() for row in rows if row["gate"] == rule.gate]
        # Where no rule took of the trust, only the others' states are left.
        plain = [
            min((RANK.index(other["highest_state"]) for other in rows[:-1] if other is not row), default=2)
            - RANK.index(rows[-1]["action"])
            for row, rows in said
            if row["multiplier"] == 1
        ]
        every = rule.markets[0]
        assert every.objected == sum(row["highest_state"] != "PICK" for row, _ in said)
        assert every.weakened == sum(row["multiplier"] < 1 for row, _ in said)
        assert every.alone_from_pick + every.alone_from_lean >= sum(lift > 0 for lift in plain)
        if not every.weakened:
            assert every.alone_from_pick + every.alone_from_lean == sum(lift > 0 for lift in plain)


def test_every_rule_is_told_of_in_its_order(played):
    with unit_of_work(played, write=False) as session:
        found = worth(session)

    assert tuple(item.gate for item in found.rules) == RULES == (*(r.__name__ for r in GATES), "publish_thresholds")


def test_overs_and_flagged_games_are_counted_with_their_intervals(played):
    with unit_of_work(played, write=False) as session:
        found = worth(session)
        sides = Counter(row["side"] for rows in candidates_of(session).values() for row in rows[-1:])
        games = number(session, """
            SELECT count(DISTINCT p.event_id) FROM candidate_finding f
            JOIN prediction p ON p.prediction_id = f.prediction_id
            WHERE f.gate = 'double_counting' AND f.action <> 'INACTIVE'""")  # fmt: skip

    totals = next(item for item in found.markets if item.market_key == "TOTAL:FULL_GAME")
    assert totals.overs_of_candidates.hits == sides["OVER"]
    assert totals.overs_of_candidates.n == sides["OVER"] + sides["UNDER"]
    assert totals.overs_of_picks.n == totals.decisions["PICK"]
    assert found.markets[0].overs_of_picks is None
    assert (found.games_flagged.hits, found.games_flagged.n) == (0, games)


def test_a_game_is_flagged_once_however_many_of_its_markets_are(held_back):
    with unit_of_work(held_back, write=False) as session:
        looked_at, flagged = objections.games_of(session, tenant_id=TENANT, league=League.NBA, gate=GATE)
        said = [(key[0], row) for key, rows in candidates_of(session).items() for row in rows if row["gate"] == GATE]

    assert looked_at == len({event for event, _ in said})
    assert flagged == len({event for event, row in said if row["highest_state"] != "PICK"})
    assert 0 < flagged < sum(row["highest_state"] != "PICK" for _, row in said)


def test_examples_are_the_first_games_that_the_rule_decided_alone_and_come_out_alike_twice(held_back):
    with unit_of_work(held_back, write=False) as session:
        rule = next(item for item in worth(session).rules if item.gate == GATE)
        again = next(item for item in worth(session).rules if item.gate == GATE)

    assert rule == again
    assert len({item.game + item.day for item in rule.examples}) == EXAMPLES
    assert all(item.alone and " at " in item.game and item.price > 1 for item in rule.examples)
    assert [item.judged_at for item in rule.examples] == sorted(item.judged_at for item in rule.examples)
    assert {item.inputs["fate"] for item in rule.examples} <= {0, 1, 2}


def test_what_nobody_quoted_has_no_price_and_is_worth_nothing(trusting):
    backtest(a_desk(trusting, [archive_of(without_columns(rows(days=6, games=3), *MONEYLINE_COLUMNS))]))
    with unit_of_work(trusting, write=False) as session:
        rule = next(item for item in worth(session).rules if item.gate == "no_market_no_pick")

    moneyline = next(item for item in rule.markets if item.market_key == "MONEYLINE:FULL_GAME")
    assert moneyline.objected == moneyline.n > 0
    assert moneyline.held_back.n == moneyline.alone_from_pick > 0
    assert moneyline.held_back.clv.n > 0
    assert (moneyline.held_back.value.mean, moneyline.worth) == (None, Worth.NO_PROOF)
    assert [item.price for item in rule.examples] == [None] * EXAMPLES


def test_a_verdict_that_its_findings_do_not_make_stops_the_view(played):
    tamper(
        played,
        "candidate_finding",
        "UPDATE candidate_finding SET highest_state = 'LEAN' WHERE gate = 'verdict' AND highest_state = 'PICK'",
    )
    with unit_of_work(played, write=False) as session, pytest.raises(CorruptRecord, match="must follow"):
        worth(session)


def test_a_record_in_which_nothing_was_judged_has_figures_of_nothing(seeded):
    with unit_of_work(seeded, write=False) as session:
        found = worth(session)

    assert (found.candidates, found.games_flagged.share, found.synthetic) == (0, None, False)
    assert all(not rule.examples and rule.markets[0].objected == 0 for rule in found.rules)


def test_another_tenant_sees_nothing(played):
    with unit_of_work(played, write=False) as session:
        assert worth(session, "other").candidates == 0
