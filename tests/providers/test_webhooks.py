"""Webhooks: signed, told once under one id, and what was surely not sent is told apart from what may have been."""

import json
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest

from closeline.domain.errors import BadSetting
from closeline.domain.ports import Message
from closeline.domain.publishing import signatures
from closeline.domain.publishing.delivery import MessageKind, OutcomeUnknown, SurelyNotSent
from closeline.providers.carriers.webhooks import Target, WebhookChannel
from tests.providers.vendors import Script, answer, reset_after, silent

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
OLD, NEW = "o" * 32, "n" * 40
MESSAGE = Message("a1b2", json.dumps({"id": "a1b2:POST", "label": "Lakers −3.5"}, ensure_ascii=False))


class Receiver:
    """Reads a whole call, head and body, and answers by the next script."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        from threading import Thread

        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/picks?of=me"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self._speak(connection)

    def _speak(self, connection: socket.socket) -> None:
        told = b""
        while b"\r\n\r\n" not in told:
            told += connection.recv(4096)
        head, _, body = told.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
        fields = {name.lower(): value for name, _, value in lines}
        while len(body) < int(fields["content-length"]):
            body += connection.recv(4096)
        self.heads.append(fields)
        self.bodies.append(body)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            connection.sendall(script) if isinstance(script, bytes) else script(connection)
        except OSError:
            return


def channel_to(
    url: str, secrets: Callable[[], Sequence[str]] = lambda: (OLD,), elapsed: Callable[[], float] = lambda: 0.0
) -> WebhookChannel:
    return WebhookChannel(Target(url), secrets, lambda: NOW, elapsed)


def test_a_message_is_told_with_its_bytes_its_id_and_a_signature_that_holds() -> None:
    with Receiver(answer(b"")) as receiver:
        receipt = channel_to(receiver.url).send(MESSAGE)

    assert receiver.bodies == [MESSAGE.payload.encode()]
    assert receiver.heads[0]["closeline-id"] == receipt.message_id == "a1b2:POST"
    assert receiver.heads[0]["content-type"] == "application/json"
    assert signatures.is_ours(receiver.heads[0]["closeline-signature"], receiver.bodies[0], [OLD], NOW)


def test_a_notice_has_an_id_of_its_own() -> None:
    with Receiver(answer(b"")) as receiver:
        receipt = channel_to(receiver.url).send(Message("a1b2", "{}", MessageKind.VOIDED))

    assert receipt.message_id == receiver.heads[0]["closeline-id"] == "a1b2:VOIDED"


def test_while_a_secret_is_replaced_a_receiver_that_knows_either_accepts() -> None:
    held = [OLD]
    with Receiver(answer(b"")) as receiver:
        channel = channel_to(receiver.url, lambda: held)
        channel.send(MESSAGE)
        held[:] = [NEW, OLD]
        channel.send(MESSAGE)
        held[:] = [NEW]
        channel.send(MESSAGE)
    heads = [head["closeline-signature"] for head in receiver.heads]

    assert [
        [signatures.is_ours(head, MESSAGE.payload.encode(), [known], NOW) for known in (OLD, NEW)] for head in heads
    ] == [[True, False], [True, True], [False, True]]


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer(b"", 302, {"Location": "http://169.254.169.254/"}), SurelyNotSent),
        (answer(b"", 400), SurelyNotSent),
        (answer(b"", 403), SurelyNotSent),
        (answer(b"", 429, {"Retry-After": "7"}), SurelyNotSent),
        (answer(b"", 500), OutcomeUnknown),
        (answer(b"", 503), OutcomeUnknown),
        (reset_after(b""), OutcomeUnknown),
        (b"nonsense\r\n\r\n", OutcomeUnknown),
    ],
)
def test_a_refusal_is_no_delivery_and_whatever_else_goes_wrong_may_be_one(
    script: Script, kind: type[Exception]
) -> None:
    with Receiver(script) as receiver, pytest.raises(kind) as fault:
        channel_to(receiver.url).send(MESSAGE)

    assert "of=me" not in str(fault.value)
    assert len(receiver.heads) == 1


def test_a_receiver_that_asks_for_a_wait_is_heard() -> None:
    with Receiver(answer(b"", 429, {"Retry-After": "7"})) as receiver, pytest.raises(SurelyNotSent) as fault:
        channel_to(receiver.url).send(MESSAGE)

    assert fault.value.retry_after == timedelta(seconds=7)


def test_a_receiver_that_never_answers_is_left_when_the_time_is_up() -> None:
    moments = iter([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, *[100.0] * 50])
    with Receiver(silent(0.2)) as receiver, pytest.raises(OutcomeUnknown):
        channel_to(receiver.url, elapsed=lambda: next(moments)).send(MESSAGE)


def test_nobody_at_the_address_is_no_delivery() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(SurelyNotSent, match="must be reachable"):
        channel_to(f"http://127.0.0.1:{port}/").send(MESSAGE)


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "127.0.0.1", "::1", "64:ff9b::a9fe:a9fe"])
def test_a_name_that_leads_inside_is_not_called(address: str) -> None:
    channel = WebhookChannel(
        Target("https://hooks.example/x"), lambda: (OLD,), lambda: NOW, lambda: 0.0, resolve=lambda *_: (address,)
    )
    with pytest.raises(SurelyNotSent, match="out on the public network"):
        channel.send(MESSAGE)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/", "ftp://hooks.example/", "https://user:pw@hooks.example/", "https://", "hooks.example",
        "https://hooks.example/#x", "https://hooks.example:99999/", "https://hooks example/", "https://[::1",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused_when_it_is_set(url: str) -> None:
    with pytest.raises(BadSetting, match="webhook_url must be"):
        Target(url)


@pytest.mark.parametrize("secrets", [(), ("short",), (OLD, NEW, OLD)])
def test_without_a_good_secret_nothing_is_sent(secrets: tuple[str, ...]) -> None:
    with Receiver(answer(b"")) as receiver, pytest.raises(SurelyNotSent, match="webhook secrets must be"):
        channel_to(receiver.url, lambda: secrets).send(MESSAGE)

    assert receiver.heads == []
