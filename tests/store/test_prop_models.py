"""Trained models come back as they were signed, or not at all."""

from base64 import b64encode
from dataclasses import replace
from functools import cache

import pytest
from sqlalchemy import text

from closeline.domain.errors import AppendOnlyViolation, CorruptRecord, NotFound, UnreadableFile
from closeline.domain.leagues import League
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.training.course import train
from closeline.store.players import models
from closeline.store.players.signing import SigningKey, made_key, read_key, verified
from closeline.store.session import unit_of_work
from tests.builders import trainings
from tests.builders.moments import HOUR, OPENS
from tests.builders.records import number

KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(range(1, 33)))


@cache
def trained(seed=7):
    matrix, y, days = trainings.rows(days=60)
    return train(matrix, trainings.numbers(y), days, trainings.NAMES, replace(trainings.SMALL, seed=seed))


def save(session, item=None, at=OPENS, key=KEY):
    item = item or trained()
    return models.save(session, item.manifest, item.parts, league=League.NBA, key=key, at=at)


def insert(session, manifest, parts, *, key=KEY, signature=None, version=None):
    """Put a model into the record as somebody could who writes to the database but does not train."""
    values = {"v": version or manifest.version, "m": manifest.to_json(), "p": key.public}
    values["s"] = signature or key.sign(values["m"].encode())
    model = text("INSERT INTO prop_model VALUES (:v, 'nba', 'PRA', :m, :p, :s, 1)")
    session.execute(model, values)
    part = text("INSERT INTO prop_model_part VALUES (:v, :n, 'x', 1, :c)")
    for name, content in parts.items():
        session.execute(part, {"v": values["v"], "n": name, "c": content})
    return values["v"]


def newest(session, statistic):
    found = models.latest(session, league=League.NBA, statistic=statistic, as_of=OPENS, trusted=KEY.public)
    return found and found.version


def test_a_model_comes_back_with_the_same_predictions(record):
    matrix, _, _ = trainings.rows(days=1)
    with unit_of_work(record) as session:
        version = save(session)
        found = models.load(session, version, trusted=KEY.public)

    assert found.version == version == trained().manifest.version
    assert found.manifest == trained().manifest
    assert (found.predict(matrix).mean == trained().model.predict(matrix).mean).all()
    assert (found.predict(matrix).variance == trained().model.predict(matrix).variance).all()


def test_the_same_model_is_saved_once(record):
    with unit_of_work(record) as session:
        assert save(session) == save(session, at=OPENS + HOUR)
        assert number(session, "SELECT count(*) FROM prop_model") == 1
        assert number(session, "SELECT count(*) FROM prop_model_part") == 2


def test_the_newest_model_of_the_moment_is_in_force(record):
    kept = models.KeptModels(KEY.public)
    with unit_of_work(record) as session:
        first, second = save(session), save(session, trained(8), at=OPENS + HOUR)

        assert [item.version for item in kept.in_force(session, League.NBA, as_of=OPENS)] == [first]
        assert [item.version for item in kept.in_force(session, League.NBA, as_of=OPENS + HOUR)] == [second]
        assert kept.in_force(session, League.NBA, as_of=OPENS - HOUR) == ()
        assert kept.in_force(session, League.NFL, as_of=OPENS + HOUR) == ()
        assert kept.named(session, first) is kept.named(session, first)
        assert [item.version for item in models.versions(session, league=League.NBA, as_of=OPENS + HOUR)] == [
            second,
            first,
        ]
        assert newest(session, Statistic.PRA) == first
        assert newest(session, Statistic.THREES) is None


def test_a_flipped_byte_in_a_part_is_refused(record):
    name = trained().manifest.parts[0].name
    flipped = bytearray(trained().parts[name])
    flipped[100] ^= 4
    with unit_of_work(record) as session:
        version = insert(session, trained().manifest, trained().parts | {name: bytes(flipped)})

        with pytest.raises(CorruptRecord, match=f"part {name} as it was signed, its bytes differ"):
            models.load(session, version, trusted=KEY.public)


def test_a_missing_part_is_refused(record):
    name = trained().manifest.parts[0].name
    with unit_of_work(record) as session:
        version = insert(
            session, trained().manifest, {key: part for key, part in trained().parts.items() if key != name}
        )

        with pytest.raises(CorruptRecord, match=f"part {name}, it is missing"):
            models.load(session, version, trusted=KEY.public)


def test_another_desks_key_is_refused(record):
    with unit_of_work(record) as session:
        version = save(session, key=OTHER)

        with pytest.raises(CorruptRecord, match="signed with another; copy the key"):
            models.load(session, version, trusted=KEY.public)
        assert models.load(session, version, trusted=OTHER.public).version == version


def test_a_changed_manifest_is_refused_even_with_its_parts_whole(record):
    changed = replace(trained().manifest, scale=trained().manifest.scale * 2)
    with unit_of_work(record) as session:
        signature = KEY.sign(trained().manifest.to_json().encode())
        version = insert(session, changed, trained().parts, signature=signature)

        with pytest.raises(CorruptRecord, match="was changed since"):
            models.load(session, version, trusted=KEY.public)
        with pytest.raises(CorruptRecord, match="was changed since"):
            models.manifest_of(session, version, trusted=KEY.public)


def test_a_manifest_under_another_name_is_refused(record):
    with unit_of_work(record) as session:
        insert(session, trained().manifest, trained().parts, version="another")

        with pytest.raises(CorruptRecord, match="must be its own"):
            models.load(session, "another", trusted=KEY.public)


def test_an_unknown_version_is_refused(record):
    with unit_of_work(record) as session, pytest.raises(NotFound, match="closeline props status"):
        models.load(session, "none", trusted=KEY.public)


def test_a_model_is_never_changed(record):
    with unit_of_work(record) as session:
        save(session)
    for statement in (
        "UPDATE prop_model_part SET size = 2",
        "DELETE FROM prop_model_part",
        "UPDATE prop_model SET manifest = 'x'",
    ):
        with pytest.raises(AppendOnlyViolation), unit_of_work(record) as session:
            session.execute(text(statement))


def test_a_signature_is_ed25519_as_rfc_8032_has_it():
    # RFC 8032, section 7.1, test 2.
    key = SigningKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    public = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
    signature = b64encode(bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )).decode()  # fmt: skip

    assert key.public == public
    assert key.sign(b"\x72") == signature
    assert verified(public, b"\x72", signature)
    assert not verified(public, b"\x73", signature)
    assert not verified(OTHER.public, b"\x72", signature)
    assert not verified("no key", b"\x72", signature)
    assert repr(key) == f"SigningKey(public={public!r})"


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "data" / "prop_models.key"
    made = made_key(path, lambda: bytes(range(32)))

    assert made == made_key(path, lambda: bytes(32)) == read_key(path) == KEY
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["prop_models.key"]


def test_a_key_file_that_is_missing_or_broken_is_refused(tmp_path):
    path = tmp_path / "prop_models.key"
    with pytest.raises(NotFound, match="train with closeline props train"):
        read_key(path)
    for content in ("not base64 !", "AAAA"):
        path.write_text(content)
        with pytest.raises(UnreadableFile, match="must be"):
            read_key(path)
