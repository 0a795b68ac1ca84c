"""`closeline keys rotate`: two keys are valid at a time, and the old one ends by itself."""

from datetime import datetime, timedelta

from closeline.store.session import unit_of_work
from closeline.tenancy import keys
from tests.builders.records import opened
from tests.cli.running import answer, closeline, fault


def opens(record, token, at):
    from closeline.domain.errors import KeyRefused

    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        try:
            return keys.subject_of(session, token, at=at)[0].role
        except KeyRefused:
            return None


def test_both_keys_open_the_record_until_the_overlap_is_over(record):
    old = answer("keys", "create", "a bot", "--role", "operator", "--db", record)
    new = answer("keys", "rotate", old["key"]["key_id"], "--overlap-minutes", 60, "--db", record)
    now = datetime.fromisoformat(new["key"]["created_at"])

    assert (new["key"]["name"], new["key"]["role"]) == ("a bot", "OPERATOR")
    assert datetime.fromisoformat(new["old"]["expires_at"]) == now + timedelta(hours=1)
    assert [opens(record, held["token"], now) for held in (old, new)] == ["OPERATOR", "OPERATOR"]
    later = now + timedelta(hours=1)
    assert [opens(record, held["token"], later) for held in (old, new)] == [None, "OPERATOR"]


def test_an_overlap_never_lengthens_the_life_of_the_old_key(record):
    old = answer("keys", "create", "a bot", "--expires-days", 1, "--db", record)
    new = answer("keys", "rotate", old["key"]["key_id"], "--overlap-minutes", 10000, "--db", record)

    assert new["old"]["expires_at"] == old["key"]["expires_at"]


def test_a_key_that_opens_nothing_is_not_replaced(record):
    old = answer("keys", "create", "a bot", "--db", record)["key"]["key_id"]
    closeline("keys", "revoke", old, "--db", record)

    assert fault("keys", "rotate", old, "--db", record)[0] == 3
    assert fault("keys", "rotate", "clk_nothing", "--db", record)[0] == 2
    live = answer("keys", "create", "another", "--db", record)["key"]["key_id"]
    assert fault("keys", "rotate", live, "--overlap-minutes", 10**6, "--db", record)[0] == 2
