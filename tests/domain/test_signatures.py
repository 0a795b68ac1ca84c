"""Signatures: forged, changed, old and replayed calls are refused, and either of two secrets is enough."""

from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.publishing.signatures import OLDEST, is_ours, signed

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
SECRET, OTHER = "s" * 32, "t" * 32
BODY = '{"label":"Lakers −3.5"}'.encode()


def test_the_header_is_as_documented() -> None:
    """Made apart with: printf '1795370400.{}' | openssl dgst -sha256 -hmac SECRET."""
    made_apart = "12505aaadc9e762d5e1095844c4099ac1155edb869032f13eb8c5d1b34b62df7"

    assert signed(b"{}", [SECRET], NOW) == f"t=1795370400,v1={made_apart}"


@pytest.mark.parametrize("known", [[SECRET], [OTHER], [OTHER, SECRET]])
def test_whoever_knows_one_of_two_secrets_accepts(known) -> None:
    assert is_ours(signed(BODY, [SECRET, OTHER], NOW), BODY, known, NOW)


def test_a_stranger_and_a_changed_byte_are_refused() -> None:
    header = signed(BODY, [SECRET], NOW)

    assert not is_ours(header, BODY, [OTHER], NOW)
    assert [at for at in range(len(BODY)) if is_ours(header, BODY[:at] + b"?" + BODY[at + 1 :], [SECRET], NOW)] == []


@pytest.mark.parametrize("late", [OLDEST + timedelta(seconds=1), -OLDEST - timedelta(seconds=1)])
def test_a_call_that_was_recorded_cannot_be_played_again_later(late) -> None:
    assert not is_ours(signed(BODY, [SECRET], NOW), BODY, [SECRET], NOW + late)


def test_a_newer_time_under_an_old_signature_is_refused() -> None:
    _, _, digest = signed(BODY, [SECRET], NOW).partition(",")
    later = int((NOW + timedelta(hours=1)).timestamp())

    assert not is_ours(f"t={later},{digest}", BODY, [SECRET], NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    "header", ["", "t=", "t=x,v1=00", "v1=00", "t=1,t=2,v1=0", "t=1795370400", "t=1795370400,v1=é"]
)
def test_what_is_no_header_is_refused(header) -> None:
    assert not is_ours(header, BODY, [SECRET], NOW)


@pytest.mark.parametrize("secrets", [[], ["short"], [SECRET, OTHER, SECRET]])
def test_nothing_is_signed_without_one_or_two_long_secrets(secrets) -> None:
    with pytest.raises(ValueError, match="webhook secrets must be 1 or 2"):
        signed(BODY, secrets, NOW)
