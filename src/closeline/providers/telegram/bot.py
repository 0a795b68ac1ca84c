"""A bot: one call of the Bot API, and what its answer means. The token is in the path, so no address is ever told."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpcore2

from closeline.domain.errors import BadInput, BadSetting
from closeline.domain.publishing.delivery import CALL_MOST, OutcomeUnknown, SurelyNotSent
from closeline.providers.fetch.exchange import Answer, Failure, Timeouts, exchange
from closeline.providers.fetch.hosts import HIDDEN, LOOPBACK
from closeline.providers.fetch.network import Deadline, Elapsed, Network, Resolve, current
from closeline.providers.fetch.network import resolve as resolve_by_system
from closeline.providers.strict_json import loads

HOST: Final = "api.telegram.org"
ADDRESS: Final = f"https://{HOST}"
Token = Callable[[], str]
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}")
# With these, and the body of a refusal, the API says that it has not done what it was asked.
_SURE = frozenset({400, 401, 403, 404, 429})
_ANSWER_BYTES_MAX = 1024 * 1024
_DESCRIPTION_MAX = 200
_TIMEOUTS = Timeouts(connect=5.0, read=10.0)
# Longer than any wait that was reported; a number of strangers must have an end.
_RETRY_AFTER_MAX = 7 * 24 * 3600
# The end of the year 9999.
_SECONDS_MOST = 253_402_300_799


class Refusal(SurelyNotSent):
    """The API refused: by which code, in which words, and where the chat has gone when it has moved."""

    def __init__(self, code: int, description: str, retry_after: timedelta | None, moved_to: str) -> None:
        """Say it in one line."""
        super().__init__(f"Bot API refused with {code}: {description}", retry_after)
        self.code, self.description, self.moved_to = code, description, moved_to


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API is: the one of the vendor, or a server of one's own on this machine; raises BadSetting."""

    base: str = ADDRESS

    def __post_init__(self) -> None:
        """Refuse every other address."""
        parts = urlsplit(self.base)
        own = parts.hostname in LOOPBACK and parts.scheme in ("http", "https")
        plain = parts.username is None and not parts.query and not parts.fragment and parts.path in ("", "/")
        if not plain or not (own or self.base.rstrip("/") == ADDRESS):
            raise BadSetting(f"telegram_url must be {ADDRESS}, or http on this machine, was another")

    @property
    def is_own(self) -> bool:
        """Say whether it is this machine."""
        return (urlsplit(self.base).hostname or "") in LOOPBACK


class Bot:
    """One bot of the Bot API."""

    def __init__(
        self, address: Address, token: Token, elapsed: Elapsed, *, resolve: Resolve = resolve_by_system,
        timeouts: Timeouts = _TIMEOUTS,
    ) -> None:  # fmt: skip
        """Speak for a token. It is asked at each call, so one can be replaced while calls are made."""
        logging.getLogger("httpcore2").setLevel(logging.WARNING)
        self._address, self._token, self._elapsed, self._timeouts = address, token, elapsed, timeouts
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpcore2.default_ssl_context() if address.base.startswith("https") else None,
            max_keepalive_connections=0,
            network_backend=Network(LOOPBACK if address.is_own else (), resolve),
        )

    def __repr__(self) -> str:
        """Show no token."""
        return f"Bot({self._address.base!r}, token={HIDDEN!r})"

    def call(self, method: str, document: Mapping[str, object]) -> object:
        """Return the result of a method.

        Raises Refusal or SurelyNotSent for what was surely not done, OutcomeUnknown for what may have been.
        """
        token = self._token()
        if not _TOKEN.fullmatch(token):
            raise SurelyNotSent("telegram token must be as @BotFather gave it, such as 123456:AA..., was another")
        said = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        mark = current.set(Deadline(self._elapsed, CALL_MOST.total_seconds()))
        try:
            address = f"{self._address.base.rstrip('/')}/bot{token}/{method}"
            found = exchange(self._pool, address, self._timeouts, _ANSWER_BYTES_MAX, document=said)
        finally:
            current.reset(mark)
        return _result(found, token)


def _result(found: Answer | Failure, token: str) -> object:
    if isinstance(found, Failure):
        fault = found.fault.replace(token, HIDDEN)
        raise OutcomeUnknown(fault) if found.sent else SurelyNotSent(fault)
    told = _told(found.body)
    if told is None:
        raise OutcomeUnknown(f"Bot API must answer in JSON, answered {found.status} with something else")
    if told.get("ok") is True and 200 <= found.status < 300:
        return told.get("result")
    if told.get("ok") is False and found.status in _SURE:
        raise _refusal(found.status, told, token)
    raise OutcomeUnknown(f"Bot API must do it or refuse, answered {found.status}")


def moment_of(value: object) -> datetime | None:
    """Return a time that the API tells, in seconds since 1970; null for what is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _SECONDS_MOST:
        return None
    return datetime.fromtimestamp(value, UTC)


def _told(body: bytes) -> Mapping[str, object] | None:
    try:
        value = loads(body, "answer")
    except BadInput:
        return None
    return value if isinstance(value, dict) else None


def _refusal(status: int, told: Mapping[str, object], token: str) -> Refusal:
    more = told.get("parameters")
    parameters: Mapping[str, object] = more if isinstance(more, dict) else {}
    wait, moved = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
    asked = isinstance(wait, int) and not isinstance(wait, bool) and wait >= 0
    words = "".join(sign if sign.isprintable() else " " for sign in str(told.get("description", "")))
    return Refusal(
        status, words.replace(token, HIDDEN)[:_DESCRIPTION_MAX],
        timedelta(seconds=min(int(str(wait)), _RETRY_AFTER_MAX)) if asked else None,
        str(moved) if isinstance(moved, int) else "",
    )  # fmt: skip
