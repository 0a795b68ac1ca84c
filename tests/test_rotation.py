"""Secrets are replaced while calls are made with them: read anew at the next use, and not one call fails."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from closeline.config import files, listed, read_settings
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.ports import Message
from closeline.domain.publishing.signatures import is_ours
from closeline.providers.carriers.webhooks import Target, WebhookChannel
from closeline.providers.fetch.fetcher import HttpFetcher, Senses
from closeline.providers.fetch.hosts import Host
from closeline.wiring.carriers import FreshSecret
from tests.providers.test_webhooks import Receiver
from tests.providers.vendors import QUICK, Moments, Vendor, an_item, answer

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
OLD, NEW = "o" * 32, "n" * 32
CALLS, CALLERS = 40, 4


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("ODDS_API_FREE_KEY", raising=False)
    return tmp_path


class Ticks:
    """Seconds that run on by one at every look, so that each use is a moment later than the last."""

    def __init__(self) -> None:
        self._now, self._lock = 0.0, Lock()

    def __call__(self) -> float:
        with self._lock:
            self._now += 1.0
            return self._now


def say(name: str, value: str) -> None:
    """Put a setting into the file, whole or not at all, as an editor or a secret's mount does."""
    beside = files()[0].with_suffix(".part")
    beside.write_text(f"{name} = {json.dumps(value)}\n")
    beside.replace(files()[0])


def but_few(made: list[Future[Any]]) -> None:
    """Wait until all calls but those of a last few callers are over: what changes now changes under these."""
    for each in made[:-CALLERS]:
        each.result(30)


def fresh(name: str) -> FreshSecret:
    return FreshSecret(read_settings(), name, elapsed=Ticks())


def test_a_secret_is_what_the_file_says_at_its_next_use() -> None:
    say("webhook_secret", OLD)
    secret = fresh("webhook_secret")
    said = [secret()]
    say("webhook_secret", NEW)
    said.append(secret())

    assert said == [OLD, NEW]


@pytest.mark.parametrize("spoilt", ["webhook_secret = ", "no_such_setting = 1", "", 'webhook_secret = ""'])
def test_while_a_file_is_written_badly_the_last_good_secret_holds(spoilt: str) -> None:
    say("webhook_secret", OLD)
    secret = fresh("webhook_secret")
    files()[0].write_text(spoilt)

    assert secret() == OLD


def test_a_secret_that_a_caller_gave_stays_whatever_the_file_says() -> None:
    given = read_settings().model_copy(update={"webhook_secret": read_settings(webhook_secret=NEW).webhook_secret})
    say("webhook_secret", OLD)
    secret = FreshSecret(given, "webhook_secret", elapsed=Ticks())

    assert secret() == NEW


def test_the_secret_of_webhooks_is_replaced_under_load_and_every_call_is_accepted() -> None:
    """The receiver knows the old secret to the end of the change, then the new one alone."""
    say("webhook_secret", OLD)
    secret = fresh("webhook_secret")
    steps = {10: f"{NEW},{OLD}", 30: NEW}
    with Receiver(answer(b"")) as receiver:
        channel = WebhookChannel(Target(receiver.url), lambda: listed(secret()), lambda: NOW, lambda: 0.0)
        with ThreadPoolExecutor(CALLERS) as pool:
            sent: list[Future[Any]] = []
            for number in range(CALLS):
                if number in steps:
                    but_few(sent)
                    say("webhook_secret", steps[number])
                sent.append(pool.submit(channel.send, Message(f"p{number}", "{}")))
            receipts = [each.result(30).message_id for each in sent]
    heads = [head["closeline-signature"] for head in receiver.heads]

    assert sorted(receipts) == sorted(f"p{number}:POST" for number in range(CALLS))
    assert all(is_ours(head, b"{}", [OLD], NOW) or is_ours(head, b"{}", [NEW], NOW) for head in heads)
    assert sum(is_ours(head, b"{}", [OLD], NOW) and is_ours(head, b"{}", [NEW], NOW) for head in heads) > 0


def calls_of(keys: FreshSecret | str) -> tuple[set[CallOutcome], list[str]]:
    """Call a vendor all the time while our key with it is replaced, and give what came of the calls."""
    with Vendor(answer(b"[]")) as vendor:
        own = Moments()
        again = {} if isinstance(keys, str) else {"vendor": keys}
        fetcher = HttpFetcher(
            {"vendor": Host(vendor.base, OLD)}, Senses(own.clock, lambda: 0.0, own.sleep, lambda: 0.5),
            inside=lambda: False, limits=QUICK, keys=again,
        )  # fmt: skip
        with ThreadPoolExecutor(CALLERS) as pool:
            made: list[Future[Any]] = []
            for number in range(CALLS):
                if number == CALLS // 2:
                    but_few(made)
                    say("odds_api_key", NEW)
                made.append(pool.submit(fetcher.fetch, an_item()))
            outcomes = {each.result(30).outcome for each in made}
        fetcher.close()
        return outcomes, vendor.asked


def test_the_key_of_a_vendor_is_replaced_under_load_and_no_call_fails() -> None:
    say("odds_api_key", OLD)
    outcomes, asked = calls_of(fresh("odds_api_key"))

    assert outcomes == {CallOutcome.OK}
    assert (OLD in asked[0], NEW in asked[-1]) == (True, True)


def test_the_twin_that_reads_the_key_once_never_takes_up_the_new_one() -> None:
    """Planted: the key that held when the desk was opened."""
    say("odds_api_key", OLD)
    _, asked = calls_of(OLD)

    assert not any(NEW in line for line in asked)
