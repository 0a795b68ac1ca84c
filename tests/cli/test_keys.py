"""`closeline keys`: a key is shown once, listed without its secret, and revoked."""

import re
from datetime import datetime, timedelta

from closeline.store.session import unit_of_work
from closeline.tenancy import keys
from tests.builders.records import opened
from tests.cli.running import answer, closeline, fault


def test_a_key_is_made_and_opens_the_record_until_it_is_revoked(record):
    made = answer("keys", "create", "a bot", "--role", "operator", "--expires-days", 7, "--db", record)
    key = made["key"]
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        subject, _ = keys.subject_of(session, made["token"], at=datetime.fromisoformat(key["created_at"]))

    assert (subject.key_id, subject.role) == (key["key_id"], "OPERATOR")
    assert (key["name"], key["role"], key["state"], key["last_used_at"]) == ("a bot", "OPERATOR", "LIVE", None)
    assert datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"]) == timedelta(days=7)
    revoked = answer("keys", "revoke", key["key_id"], "--db", record)
    assert revoked["state"] == "REVOKED"
    assert answer("keys", "list", "--db", record)["keys"] == [revoked]


def test_a_key_is_a_reader_for_a_quarter_unless_somebody_says_otherwise(record):
    key = answer("keys", "create", "a bot", "--db", record)["key"]

    assert key["role"] == "READER"
    assert datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"]) == timedelta(days=90)


def test_people_see_the_secret_once_and_never_again(record):
    made = closeline("keys", "create", "a bot", "--db", record)
    (token,) = re.findall(r"^clk_[0-9a-f]{12}\.[\w-]{43}$", made.stdout, flags=re.MULTILINE)
    key_id, _, secret = token.partition(".")
    later = [closeline("keys", "list", "--db", record), closeline("keys", "revoke", key_id, "--db", record)]

    assert made.stdout.count(secret) == 1
    assert "It is shown this once." in made.stdout
    assert all(key_id in said.stdout and secret not in said.stdout for said in later)


def test_a_record_without_keys_says_how_to_make_one(record):
    assert (
        closeline("keys", "list", "--db", record).stdout
        == "Keys: none; run: closeline keys create NAME --role reader\n"
    )


def test_what_cannot_be_is_refused_in_one_line(record):
    assert fault("keys", "revoke", "clk_nothing", "--db", record) == (
        2, "closeline: key must be in the record, clk_nothing was not; `closeline keys list` names them"
    )  # fmt: skip
    assert fault("keys", "create", "x", "--expires-days", 0, "--db", record)[0] == 2
    assert fault("keys", "create", "", "--db", record)[0] == 2
    assert closeline("keys", "create", "x", "--role", "owner", "--db", record).exit_code == 2
    assert answer("keys", "list", "--db", record)["keys"] == []


def test_a_public_address_without_a_key_is_refused_in_one_line(record):
    assert fault("serve", "--host", "0.0.0.0", "--port", 0, "--db", record) == (
        3, "closeline: record must have a live key to be served on 0.0.0.0, had none; run: closeline keys create NAME"
    )  # fmt: skip
    key_id = answer("keys", "create", "x", "--db", record)["key"]["key_id"]
    answer("keys", "revoke", key_id, "--db", record)
    assert fault("serve", "--host", "::", "--port", 0, "--db", record)[0] == 3


def test_an_address_that_cannot_be_served_is_refused_in_one_line(record):
    assert fault("serve", "--port", 70000, "--db", record) == (2, "closeline: port must be 0 to 65535, was 70000")
    assert fault("serve", "--host", "127.0.0.1%", "--db", record)[0] == 2
