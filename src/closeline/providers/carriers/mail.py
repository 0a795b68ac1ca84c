"""Mail: each message is one letter to one address, such as that of a list, with a Message-ID of its own for good.

The standard library speaks SMTP. It tells what a library for many kinds of notification does not: at which step the
server refused. Until the letter's text is handed over nothing has been sent; from there on nobody knows.
"""

import json
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from closeline.domain.errors import BadSetting
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import CALL_MOST, OutcomeUnknown, Receipt, SurelyNotSent
from closeline.providers.fetch.hosts import LOOPBACK
from closeline.providers.fetch.network import Deadline, Elapsed, OutOfTime

_PORTS = {"smtp": 587, "smtps": 465}
_STEP_SECONDS = 5.0
_AGREED = (250, 251)
Password = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed over; raises BadSetting for an address that is none. It is always TLS but at home."""

    url: str

    def __post_init__(self) -> None:
        """Refuse what is no mail server, and a password in the address."""
        parts = urlsplit(self.url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.password is not None:
            raise BadSetting("mail_url must be like smtps://user@mail.example:465, without a password, was another")

    @property
    def host(self) -> str:
        """Return the host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Return the port: 465 for smtps and 587 for smtp where none is told."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @property
    def user(self) -> str:
        """Return who logs in, empty for nobody."""
        return unquote(urlsplit(self.url).username or "")

    @property
    def is_wrapped(self) -> bool:
        """Say whether TLS begins with the connection, rather than within it."""
        return self.url.startswith("smtps:")


class MailChannel:
    """One address that gets every pick as a letter."""

    name = "mail"
    # Two letters with one Message-ID are shown once by some programs and twice by others.
    repeatable = False

    def __init__(self, server: Server, sender: str, recipient: str, password: Password, elapsed: Elapsed) -> None:
        """Write from `sender` to `recipient`. `password` is asked at each letter, so it can be replaced meanwhile."""
        for name, address in (("mail_from", sender), ("mail_to", recipient)):
            if parseaddr(address)[1] != address or address.count("@") != 1 or not address.isprintable():
                raise BadSetting(f"{name} must be one address such as picks@desk.example, was another")
        self._server, self._sender, self._recipient = server, sender, recipient
        self._password, self._elapsed = password, elapsed

    def __repr__(self) -> str:
        """Name the server; the address of a person is shown nowhere."""
        return f"MailChannel({self._server.host})"

    def send(self, message: Message) -> Receipt:
        """Hand a letter over. Raises SurelyNotSent before its text was told, OutcomeUnknown after."""
        letter = self._letter(message)
        deadline = Deadline(self._elapsed, CALL_MOST.total_seconds() - 1)
        try:
            line = self._addressed(deadline)
        except (smtplib.SMTPException, OSError, OutOfTime) as fault:
            raise SurelyNotSent(f"mail server must take the letter, did not: {_cause(fault)}") from None
        try:
            _waits(line, deadline)
            _agreed(*line.data(letter.as_bytes()))
        except smtplib.SMTPResponseException as fault:
            raise SurelyNotSent(f"mail server must take the letter, refused with {fault.smtp_code}") from None
        except (smtplib.SMTPException, OSError, OutOfTime) as fault:
            raise OutcomeUnknown(f"mail server must say that it has the letter, did not: {_cause(fault)}") from None
        finally:
            line.close()
        return Receipt(str(letter["Message-ID"]), self._server.host)

    def _letter(self, message: Message) -> EmailMessage:
        told = json.loads(message.payload)
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"], letter["Subject"] = self._sender, self._recipient, told["subject"]
        letter["Message-ID"] = self._letter_id(message.name)
        if message.name != message.pick_id:
            letter["In-Reply-To"] = letter["References"] = self._letter_id(message.pick_id)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(told["text"], cte="quoted-printable")
        return letter

    def _letter_id(self, name: str) -> str:
        return f"<{name}@{self._sender.rpartition('@')[2]}>"

    def _addressed(self, deadline: Deadline) -> smtplib.SMTP:
        """Return a line on which the server has agreed to both addresses, and waits for the letter."""
        line = self._opened(deadline)
        try:
            for step, words in (("MAIL", f"FROM:<{self._sender}>"), ("RCPT", f"TO:<{self._recipient}>")):
                _waits(line, deadline)
                _agreed(*line.docmd(step, words))
        except BaseException:
            line.close()
            raise
        return line

    def _opened(self, deadline: Deadline) -> smtplib.SMTP:
        server, secure = self._server, ssl.create_default_context()
        wait = deadline.left(_STEP_SECONDS)
        if server.is_wrapped:
            line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=wait, context=secure)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=wait)
        try:
            _waits(line, deadline)
            line.ehlo()
            if not server.is_wrapped and server.host not in LOOPBACK:
                _waits(line, deadline)
                line.starttls(context=secure)
                line.ehlo()
            if server.user:
                _waits(line, deadline)
                line.login(server.user, self._password())
        except BaseException:
            line.close()
            raise
        return line


def _waits(line: smtplib.SMTP, deadline: Deadline) -> None:
    """Let the next step wait no longer than is left; raises OutOfTime where nothing is."""
    if line.sock is not None:
        line.sock.settimeout(deadline.left(_STEP_SECONDS))


def _agreed(code: int, answer: bytes) -> None:
    """Return where the server agreed; its words are not repeated, because they may hold an address."""
    del answer
    if code not in _AGREED:
        raise smtplib.SMTPResponseException(code, "refused")


def _cause(fault: Exception) -> str:
    """Name a fault by its class and code: a server's sentence may hold an address."""
    code = f" {fault.smtp_code}" if isinstance(fault, smtplib.SMTPResponseException) else ""
    return f"{type(fault).__name__}{code}"
