"""The hash of the record takes in every decided row, and nothing of how it was written."""

from closeline.domain.leagues import League
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, tamper

NBA = (League.NBA,)


def hashed(engine, tenant_id=TENANT, leagues=NBA):
    with unit_of_work(engine, write=False) as session:
        return record_hash(session, tenant_id=tenant_id, leagues=leagues)


CHANGES = {
    "prediction": "p_raw = p_raw + 0.000000001",
    "pick": "price_text = '-111'",
    "pick_event": "reason = 'x'",
    "publication": "terms = '{}'",
    "line_track": "q_close = q_close / 2",
    "grade": "units_micros = units_micros + 1",
}


def test_one_changed_value_anywhere_is_another_record(played):
    seen = {hashed(played)}
    for table, change in CHANGES.items():
        key = "prediction_id" if table == "prediction" else "pick_id"
        changed = tamper(played, table, f"UPDATE {table} SET {change} WHERE {key} = (SELECT min({key}) FROM {table})")
        assert changed
        assert hashed(played) not in seen, table
        seen.add(hashed(played))


def test_one_missing_row_anywhere_is_another_record(played):
    seen = {hashed(played)}
    for table in reversed(CHANGES):
        key = "prediction_id" if table == "prediction" else "pick_id"
        tamper(played, table, f"DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})")
        assert hashed(played) not in seen, table
        seen.add(hashed(played))


def test_the_numbers_that_the_order_of_writing_gave_do_not_count(played):
    before = hashed(played)
    tamper(played, "pick", "UPDATE pick SET quote_id = quote_id + 100000")

    assert hashed(played) == before


def test_another_tenant_or_league_has_a_record_of_its_own(played, seeded):
    empty = hashed(seeded)

    assert hashed(played) != empty
    assert hashed(played, tenant_id="other") == hashed(played, leagues=(League.NFL,)) == empty


def test_the_sign_of_nought_does_not_count(played):
    tamper(played, "line_track", "UPDATE line_track SET clv_points = 0.0")
    before = hashed(played)
    tamper(played, "line_track", "UPDATE line_track SET clv_points = -0.0")

    assert hashed(played) == before
