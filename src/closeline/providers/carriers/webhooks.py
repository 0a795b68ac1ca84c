"""Webhooks: each message is one signed POST to one address, under an id that makes it harmless to be told it twice.

The address is checked as every other that we call: https to a host out on the public network, or this machine; the
address that was looked at is the one that is called, and a redirect is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpcore2

from closeline.domain.clock import Clock
from closeline.domain.errors import BadSetting
from closeline.domain.ports import Message
from closeline.domain.publishing import signatures
from closeline.domain.publishing.delivery import CALL_MOST, OutcomeUnknown, Receipt, SurelyNotSent
from closeline.providers.fetch.hosts import LOOPBACK
from closeline.providers.fetch.network import AddressRefused, Deadline, Elapsed, Network, OutOfTime, Resolve, current
from closeline.providers.fetch.network import resolve as resolve_by_system
from closeline.providers.fetch.refusals import seconds_in

Secrets = Callable[[], Sequence[str]]
_TIMEOUTS = {"connect": 5.0, "pool": 5.0, "read": 10.0, "write": 10.0}
_ANSWER_BYTES_MAX = 64 * 1024
_REDIRECTS, _REFUSALS, _FAULTS = range(300, 400), range(400, 500), range(500, 600)


@dataclass(frozen=True, slots=True)
class Target:
    """Where webhooks go; raises BadSetting for an address that may not be called."""

    url: str

    def __post_init__(self) -> None:
        """Refuse what is neither https nor this machine, and an address with a secret in it."""
        try:
            parts = urlsplit(self.url)
            plain = parts.username is None and not parts.fragment and self.url.isascii() and self.url.isprintable()
            known = parts.port is None or parts.port > 0
        except ValueError:
            plain, known = False, False
        if not plain or not known or " " in self.url or not parts.hostname:
            raise BadSetting("webhook_url must be an address without user or fragment, was another")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise BadSetting(f"webhook_url must be https, or http on this machine, was {parts.scheme}")

    @property
    def hostname(self) -> str:
        """Return the host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_secure(self) -> bool:
        """Say whether it is called over TLS."""
        return self.url.startswith("https:")


class WebhookChannel:
    """One receiver, told of every pick. It keeps the ids of what it was told, so a second telling changes nothing."""

    name = "webhook"
    repeatable = True

    def __init__(
        self, target: Target, secrets: Secrets, clock: Clock, elapsed: Elapsed, *, resolve: Resolve = resolve_by_system
    ) -> None:
        """Tell a target. `secrets` is asked at each call, so one can be replaced while calls are made."""
        self._target, self._secrets, self._clock, self._elapsed = target, secrets, clock, elapsed
        loopback = {target.hostname} & LOOPBACK
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpcore2.default_ssl_context() if target.is_secure else None,
            max_keepalive_connections=0,
            network_backend=Network(loopback, resolve),
        )

    def __repr__(self) -> str:
        """Name the host; what stands behind it may be a secret."""
        return f"WebhookChannel({self._target.hostname})"

    def send(self, message: Message) -> Receipt:
        """Tell the receiver. Raises SurelyNotSent for what it refused, OutcomeUnknown for what it may have taken."""
        token = current.set(Deadline(self._elapsed, CALL_MOST.total_seconds() - 1))
        try:
            status, headers = self._called(message)
        finally:
            current.reset(token)
        if 200 <= status < 300:
            return Receipt(_id(message), self._target.hostname, self._clock())
        raise _refusal(status, headers, self._clock())

    def _called(self, message: Message) -> tuple[int, dict[str, str]]:
        try:
            headers = self._headers(message)
        except ValueError as fault:
            raise SurelyNotSent(str(fault)) from None
        try:
            with self._pool.stream(
                "POST", self._target.url, headers=headers, content=message.payload.encode(),
                extensions={"timeout": _TIMEOUTS},
            ) as response:  # fmt: skip
                found = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in response.headers}
                return response.status, found
        except AddressRefused as fault:
            raise SurelyNotSent(f"webhook host must be out on the public network, {fault}") from None
        except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout, httpcore2.ConnectError) as fault:
            raise SurelyNotSent(f"webhook host must be reachable, was not: {type(fault).__name__}") from None
        except (
            httpcore2.TimeoutException,
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            OSError,
            OutOfTime,
        ) as fault:
            raise OutcomeUnknown(f"webhook host must answer, did not: {type(fault).__name__}") from None

    def _headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        body = message.payload.encode()
        told = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
            "user-agent": "closeline",
            signatures.ID_HEADER: _id(message),
            signatures.HEADER: signatures.signed(body, self._secrets(), self._clock()),
        }
        return [(name.encode(), text.encode()) for name, text in told.items()]


def _id(message: Message) -> str:
    return f"{message.pick_id}:{message.kind}"


def _refusal(status: int, headers: dict[str, str], at: datetime) -> Exception:
    """Return what a status other than success means: a refusal is no delivery, a fault of the receiver may be one."""
    if status in _REDIRECTS:
        return SurelyNotSent(f"webhook host must answer itself, sent us elsewhere with {status}")
    if status in _REFUSALS:
        seconds = seconds_in(headers.get("retry-after"), at.astimezone(UTC))
        return SurelyNotSent(
            f"webhook host refused with {status}", None if seconds is None else timedelta(seconds=seconds)
        )
    return OutcomeUnknown(f"webhook host must take the message, answered {status}")
