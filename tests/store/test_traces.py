"""The versions that decided stand beside every verdict, and verdicts from before there were any are read as before."""

# mypy: disable-error-code="arg-type, union-attr"

import json

from closeline.domain.clock import micros
from closeline.flow import gate, pick
from closeline.flow.view.reasoning import reasoning
from closeline.store import forecasts
from closeline.store.desk import candidates
from closeline.store.desk.candidates import TRACE, Judged
from closeline.store.packaged import code_version
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import TENANT, rolled_back, rows_of
from tests.builders.stories import NBA, forecast_at

VERDICTS = "SELECT * FROM candidate_finding WHERE gate = 'verdict' ORDER BY prediction_id"


def judged_of(session, row):
    (stored,) = candidates.verdicts_of(session, prediction_id=row["prediction_id"], tenant_id=TENANT)
    return stored


def test_every_verdict_carries_the_versions_of_its_run_and_its_prediction(played):
    with unit_of_work(played, write=False) as session:
        rows = rows_of(session, VERDICTS)
        for row in rows[:50]:
            trace = json.loads(row["inputs"])[TRACE]
            made = candidates.prediction_of(session, row["prediction_id"], tenant_id=TENANT)
            whole, _ = forecasts.run(session, made.run_id)
            run = whole.run

            assert trace == {
                "engine": run.engine, "ratings_version": run.ratings_version,
                "distribution_version": run.distribution_version, "simulation_version": run.simulation_version,
                "rating_state": whole.reference("RATING_STATE"), "policy_version": made.policy_version,
                "calibration_version": made.calibration_version, "config_version": row["config_version"],
                "code_version": code_version(), "seed": run.seed,
            }  # fmt: skip
    assert len(rows) > 50


def decide(session):
    forecast_at(session, a_payload(*three_markets()))
    gate.gate(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))
    pick.propose(session, tenant_id=TENANT, league=NBA, as_of=micros(OPENS))


def test_the_version_of_the_code_is_in_no_event_and_not_in_the_hash_of_the_record(trusting, monkeypatch):
    hashes, events, verdicts = [], [], []
    for code in ("1.0+one", "2.0+two"):
        monkeypatch.setattr(gate, "code_version", lambda code=code: code)
        with rolled_back(trusting) as session:
            decide(session)
            hashes.append(record_hash(session, tenant_id=TENANT, leagues=(NBA,)))
            events.append(str(rows_of(session, "SELECT * FROM event")))
            verdicts.append([row["inputs"].replace(code, "") for row in rows_of(session, VERDICTS)])
            assert all(code in row["inputs"] for row in rows_of(session, VERDICTS))

    assert hashes[0] == hashes[1]
    assert verdicts[0] == verdicts[1] != []
    assert not [text for text in events if "+one" in text or "+two" in text]


def test_a_verdict_without_a_trace_is_read_and_explained_without_the_code(trusting, monkeypatch):
    with unit_of_work(trusting) as session:
        monkeypatch.setattr(gate, "Judged", lambda *parts: Judged(*parts[:4]))
        decide(session)
        stored = candidates.playable(session, tenant_id=TENANT, league=NBA, as_of=OPENS)
        rows = rows_of(session, VERDICTS)
        found = [reasoning(session, row["prediction_id"], tenant_id=TENANT) for row in rows]

    assert not [row for row in rows if "trace" in row["inputs"]]
    assert [item.trace for item in stored] == [None] * len(stored)
    assert {item.trace.code_version for item in found} == {None}
    assert all(item.trace.rating_state and item.trace.seed for item in found)


def test_the_verdict_that_is_read_back_is_the_same_with_a_trace_as_without(trusting, monkeypatch):
    verdicts = []
    for kept in (4, 5):
        monkeypatch.setattr(gate, "Judged", lambda *parts, kept=kept: Judged(*parts[:kept]))
        with rolled_back(trusting) as session:
            decide(session)
            rows = rows_of(session, VERDICTS)
            verdicts.append([judged_of(session, row).verdict for row in rows])

    assert verdicts[0] == verdicts[1] != []


def test_another_tenant_sees_neither_prediction_nor_verdict(played):
    with unit_of_work(played, write=False) as session:
        name = rows_of(session, VERDICTS)[0]["prediction_id"]

        assert candidates.prediction_of(session, name, tenant_id="other") is None
        assert candidates.verdicts_of(session, prediction_id=name, tenant_id="other") == []


def test_a_trace_is_no_number_that_a_rule_looked_at(played):
    with unit_of_work(played, write=False) as session:
        row = rows_of(session, VERDICTS)[0]
        *_, last = candidates.findings_of(session, prediction_id=row["prediction_id"], side=row["side"])

    assert last.gate == "verdict"
    assert TRACE not in dict(last.inputs)
