"""Verify: every run comes out again to the last bit, and what was changed by hand is named."""

import zlib

import pytest

from closeline.domain.errors import NotFound
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.replaying.verify import verify_run
from closeline.store.session import unit_of_work
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk
from tests.builders.records import a_copy, make_trusting, number, opened, rows_of, tamper

ARCHIVE = an_archive(days=6, games=2)


def make_small(url):
    make_trusting(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [ARCHIVE]))


@pytest.fixture
def small(new_databases):
    with a_copy(new_databases, "small", make_small) as engine:
        yield engine


def runs(engine):
    with unit_of_work(engine, write=False) as session:
        return [str(row["run_id"]) for row in rows_of(session, "SELECT run_id FROM sim_run ORDER BY as_of, run_id")]


def test_every_run_of_a_backtest_is_identical_when_it_is_executed_again(small):
    desk = a_desk(small)
    found = [verify_run(desk, name) for name in runs(small)]

    assert len(found) == 12
    assert {result.differences for result in found} == {()}
    assert all(result.identical and len(result.checked) == 7 for result in found)


def test_without_a_reader_the_bytes_are_hashed_and_not_read(small):
    result = verify_run(a_desk(small, reads=False), runs(small)[0])

    assert result.identical
    assert len(result.checked) == 6


def test_verifying_writes_nothing(small):
    tables = ("event_log", "job_run", "rating_state", "prediction", "sim_run")

    def counts():
        with unit_of_work(small, write=False) as session:
            return [number(session, f"SELECT count(*) FROM {table}") for table in tables]

    before = counts()
    verify_run(a_desk(small), runs(small)[-1])

    assert counts() == before


def differences(engine, run_id, **other):
    return " / ".join(verify_run(a_desk(engine, **other), run_id).differences)


def test_one_changed_probability_is_named(small):
    name = runs(small)[-1]
    for column in ("p_raw", "p_push", "p_calibrated", "q_market", "p_anchor", "predicted_clv"):
        change = (
            f"UPDATE prediction SET {column} = {column} + :by WHERE run_id = :name AND market_key = 'SPREAD:FULL_GAME'"
        )
        tamper(small, "prediction", change, {"name": name, "by": 1e-12})
        found = differences(small, name)

        assert f"SPREAD:FULL_GAME: {column} was" in found
        assert "no longer hash" in found


def test_a_probability_that_was_changed_together_with_its_hash_is_named_all_the_same(small):
    from closeline.store import forecasts

    name = runs(small)[-1]
    tamper(small, "prediction", "UPDATE prediction SET p_raw = p_raw + 0.001 WHERE run_id = :name", {"name": name})
    with unit_of_work(small, write=False) as session:
        forged = forecasts.output_hash(forecasts.run(session, name)[0].predictions)
    tamper(
        small,
        "sim_run_completion",
        "UPDATE sim_run_completion SET output_hash = :forged WHERE run_id = :name",
        {"forged": forged, "name": name},
    )
    found = differences(small, name)

    assert "p_raw" in found
    assert "no longer hash" not in found


@pytest.mark.parametrize("place", [0.02, 0.5, 0.98])
def test_one_changed_byte_of_the_payload_is_named(small, place):
    name = runs(small)[3]
    with unit_of_work(small, write=False) as session:
        (row,) = rows_of(session, "SELECT payload_sha, compressed FROM raw_payload")
    content = bytearray(zlib.decompress(bytes(row["compressed"])))
    content[int(place * len(content))] ^= 1
    tamper(small, "raw_payload", "UPDATE raw_payload SET compressed = :z", {"z": zlib.compress(bytes(content))})

    assert str(row["payload_sha"]) in differences(small, name)


def test_one_changed_byte_of_the_packed_payload_is_named(small):
    name = runs(small)[3]
    with unit_of_work(small, write=False) as session:
        (row,) = rows_of(session, "SELECT payload_sha, compressed FROM raw_payload")
    packed = bytearray(bytes(row["compressed"]))
    packed[len(packed) // 2] ^= 1
    tamper(small, "raw_payload", "UPDATE raw_payload SET compressed = :z", {"z": bytes(packed)})

    assert str(row["payload_sha"]) in differences(small, name)


@pytest.mark.parametrize("change", ["price_text = '-999'", "line_quarters = line_quarters + 4", "price_exact = '3/1'"])
def test_one_changed_quote_is_named(small, change):
    with unit_of_work(small, write=False) as session:
        (row,) = rows_of(session, """
            SELECT r.run_id, min(q.quote_id) AS quote_id FROM sim_run r JOIN quote q ON q.event_id = r.event_id
            JOIN snapshot s ON s.snapshot_id = q.snapshot_id AND s.phase = 'OPEN'
            WHERE q.market_key = 'SPREAD:FULL_GAME' GROUP BY r.run_id ORDER BY r.run_id LIMIT 1""")  # fmt: skip
    tamper(small, "quote", f"UPDATE quote SET {change} WHERE quote_id = :id", {"id": row["quote_id"]})

    assert "SPREAD:FULL_GAME" in differences(small, str(row["run_id"]))


def test_one_missing_quote_is_named(small):
    with unit_of_work(small, write=False) as session:
        (row,) = rows_of(session, """
            SELECT r.run_id, min(q.quote_id) AS quote_id FROM sim_run r JOIN quote q ON q.event_id = r.event_id
            JOIN snapshot s ON s.snapshot_id = q.snapshot_id AND s.phase = 'OPEN'
            WHERE q.market_key = 'SPREAD:FULL_GAME' GROUP BY r.run_id ORDER BY r.run_id LIMIT 1""")  # fmt: skip
    tamper(small, "quote", "DELETE FROM quote WHERE quote_id = :id", {"id": row["quote_id"]})

    assert "SPREAD:FULL_GAME" in differences(small, str(row["run_id"]))


def test_a_changed_fair_price_is_named(small):
    name = runs(small)[-1]
    tamper(
        small,
        "market_evaluation",
        "UPDATE market_evaluation SET fair_probability = fair_probability + 0.0001 WHERE event_id = (SELECT event_id FROM sim_run WHERE run_id = :name) AND market_key = 'TOTAL:FULL_GAME'",
        {"name": name},
    )

    assert "TOTAL:FULL_GAME" in differences(small, name)


def test_a_changed_result_of_the_past_is_named_by_what_was_forecast_from_it(small):
    tamper(
        small,
        "event_result",
        "UPDATE event_result SET home_score = home_score + 1 WHERE event_id = (SELECT event_id FROM event ORDER BY day, event_id LIMIT 1)",
    )
    first, *_, last = runs(small)

    assert verify_run(a_desk(small), first).identical
    assert "RATING_STATE" in differences(small, last)


def test_a_run_that_is_not_in_the_record_is_not_found(small):
    with pytest.raises(NotFound, match="no such"):
        verify_run(a_desk(small), "no such")
