"""Mail: one letter under a Message-ID for good; until its text is told nothing was sent, and after that nobody knows."""

import json
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from threading import Thread
from typing import Self

import pytest

from closeline.domain.errors import BadSetting
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import MessageKind, OutcomeUnknown, SurelyNotSent
from closeline.providers.carriers.mail import MailChannel, Server

PAYLOAD = json.dumps({"subject": "PICK #P-a1b2: Lakers −3.5", "text": "Lakers −3.5\n.\n.\nPrice -110"})
STEPS = ("EHLO", "MAIL", "RCPT", "DATA", "TEXT")


class Post:
    """A mail server on this machine that refuses or hangs up at the step it is told, and keeps what it took."""

    def __init__(self, *, at: str = "", answer: bytes | None = None) -> None:
        self.at, self.answer = at, answer
        self.letters: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                self._speak(connection, lines.readline)

    def _speak(self, connection: socket.socket, line: Callable[[], bytes]) -> None:
        connection.sendall(b"220 here\r\n")
        while told := line():
            step = told[:4].decode().upper()
            if self.at == step:
                if self.answer is not None:
                    connection.sendall(self.answer)
                    continue
                return
            connection.sendall(b"354 go on\r\n" if step == "DATA" else b"250 good\r\n")
            if step == "DATA":
                letter = b""
                while (each := line()) not in (b".\r\n", b""):
                    letter += each.removeprefix(b".") if each.startswith(b"..") else each
                self.letters.append(letter)
                if self.at == "TEXT":
                    if self.answer is None:
                        return
                    connection.sendall(self.answer)
                    continue
                connection.sendall(b"250 kept\r\n")


def channel_to(post: Post) -> MailChannel:
    return MailChannel(
        Server(f"smtp://127.0.0.1:{post.port}"), "picks@desk.example", "list@desk.example", str, lambda: 0.0
    )


def test_a_letter_says_what_was_rendered_and_is_the_same_bytes_every_time() -> None:
    with Post() as post:
        receipts = [channel_to(post).send(Message("a1b2", PAYLOAD)) for _ in range(2)]
    letter = message_from_bytes(post.letters[0], policy=policy.SMTP)

    assert receipts[0] == receipts[1]
    assert post.letters[0] == post.letters[1]
    assert letter["Message-ID"] == receipts[0].message_id == "<a1b2@desk.example>"
    assert letter["Subject"] == "PICK #P-a1b2: Lakers −3.5"
    assert letter.get_content().replace("\r\n", "\n") == "Lakers −3.5\n.\n.\nPrice -110\n"


def test_a_notice_answers_the_letter_of_its_pick() -> None:
    with Post() as post:
        channel_to(post).send(Message("a1b2", PAYLOAD, MessageKind.VOIDED))
    letter = message_from_bytes(post.letters[0], policy=policy.SMTP)

    assert (letter["Message-ID"], letter["In-Reply-To"]) == ("<a1b2.voided@desk.example>", "<a1b2@desk.example>")


@pytest.mark.parametrize(
    ("at", "answer", "kind"),
    [
        ("MAIL", b"550 no\r\n", SurelyNotSent),
        ("RCPT", b"550 list@desk.example unknown\r\n", SurelyNotSent),
        ("MAIL", None, SurelyNotSent),
        ("RCPT", None, SurelyNotSent),
        ("DATA", b"451 later\r\n", SurelyNotSent),
        ("TEXT", b"554 spam\r\n", SurelyNotSent),
        ("TEXT", None, OutcomeUnknown),
    ],
)
def test_where_a_server_refuses_or_hangs_up_decides_what_is_known(
    at: str, answer: bytes | None, kind: type[Exception]
) -> None:
    with Post(at=at, answer=answer) as post, pytest.raises(kind) as fault:
        channel_to(post).send(Message("a1b2", PAYLOAD))

    assert "list@desk.example" not in str(fault.value)


def test_nobody_at_the_address_is_no_delivery() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    channel = MailChannel(Server(f"smtp://127.0.0.1:{port}"), "a@b.example", "c@d.example", str, lambda: 0.0)

    with pytest.raises(SurelyNotSent, match="mail server must take the letter"):
        channel.send(Message("a1b2", PAYLOAD))


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtps://user:pw@mail.example", "mail.example"])
def test_what_is_no_mail_server_and_a_password_in_an_address_are_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="mail_url must be"):
        Server(url)


@pytest.mark.parametrize("address", ["", "nobody", "a@b, c@d", "a@b\nBcc: c@d", "A <a@b.example>"])
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(BadSetting, match="mail_to must be one address"):
        MailChannel(Server("smtps://mail.example"), "a@b.example", address, str, lambda: 0.0)
