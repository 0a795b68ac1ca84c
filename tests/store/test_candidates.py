"""All findings of all candidates are kept, and the verdict behind them is read back whole."""

from closeline.domain.gates import GATES
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from closeline.store.desk import candidates
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, number, rows_of


def test_every_candidate_has_a_finding_of_every_rule_and_one_verdict(played):
    with unit_of_work(played, write=False) as session:
        counts = rows_of(
            session, "SELECT prediction_id, side, count(*) AS n FROM candidate_finding GROUP BY prediction_id, side"
        )
        forecasts = number(session, "SELECT count(*) FROM prediction")

    assert {row["n"] for row in counts} == {len(GATES) + 2}
    assert len(counts) == forecasts


def test_the_findings_of_a_candidate_come_in_the_order_of_the_rules_with_the_verdict_last(played):
    with unit_of_work(played, write=False) as session:
        row = rows_of(session, "SELECT prediction_id, side FROM candidate_finding LIMIT 1")[0]
        found = candidates.findings_of(session, prediction_id=row["prediction_id"], side=row["side"])

    rules = [rule.__name__ for rule in GATES]
    assert [finding.gate for finding in found] == [*rules, "publish_thresholds", "verdict"]


def test_decisions_and_refusals_are_what_counting_the_rows_gives(played):
    with unit_of_work(played, write=False) as session:
        rows = rows_of(
            session,
            "SELECT f.gate, f.action, f.reason, p.market_key FROM candidate_finding f JOIN prediction p ON p.prediction_id = f.prediction_id",
        )
        decisions = candidates.decisions(session, tenant_id=TENANT, league=League.NBA)
        refusals = candidates.refusals(session, tenant_id=TENANT, league=League.NBA)

    verdicts = [row["action"] for row in rows if row["gate"] == "verdict"]
    objections = [
        (row["gate"], row["reason"], row["market_key"]) for row in rows if row["gate"] != "verdict" and row["reason"]
    ]
    assert decisions == {str(decision): verdicts.count(decision) for decision in Decision}
    assert refusals == sorted((*each, objections.count(each)) for each in set(objections))


def test_what_is_playable_is_every_pick_and_lean_of_the_moment(played):
    with unit_of_work(played, write=False) as session:
        moments = rows_of(session, "SELECT DISTINCT as_of FROM candidate_finding")
        from closeline.domain.clock import instant

        for moment in moments:
            found = candidates.playable(session, tenant_id=TENANT, league="nba", as_of=instant(moment["as_of"]))
            rows = rows_of(
                session,
                "SELECT prediction_id, side, action FROM candidate_finding WHERE gate = 'verdict' AND as_of = :at",
                at=moment["as_of"],
            )
            expected = {
                (row["prediction_id"], row["side"], row["action"]) for row in rows if row["action"] != "NO_PLAY"
            }
            assert {(item.prediction_id, item.side, item.verdict.decision) for item in found} == expected


def test_another_tenant_sees_nothing(played):
    with unit_of_work(played, write=False) as session:
        assert candidates.refusals(session, tenant_id="other", league="nba") == []
        assert sum(candidates.decisions(session, tenant_id="other", league="nba").values()) == 0
