"""The fetcher: one call with its retries, its circuit and its deadline, told as a value."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

import httpcore2

from closeline.domain.clock import Clock
from closeline.domain.errors import InsideTransaction
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import Allowance, CallOutcome, Fetched, RawItem
from closeline.providers.fetch.bodies import strangeness
from closeline.providers.fetch.circuits import Circuit, Cooling
from closeline.providers.fetch.exchange import Answer, Failure, Timeouts, exchange
from closeline.providers.fetch.hosts import Content, Host
from closeline.providers.fetch.network import Deadline, Elapsed, Network, Resolve, current, resolve
from closeline.providers.fetch.refusals import allowance_of, outcome_of, seconds_in
from closeline.providers.fields import time_text

_RETRIED = frozenset({CallOutcome.SERVER_FAULT, CallOutcome.TIMED_OUT, CallOutcome.UNREACHABLE, CallOutcome.TOO_FAST})
_FAULT_LENGTH_MAX = 200
_REFUSED_MAX = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often is tried, and how much is read.

    `total_seconds` is for a whole call, its retries and the waits between them. A vendor that asks for a longer wait
    than `wait_most_seconds` is not waited for. A bad request is not made again for `refused_for`.
    """

    timeouts: Timeouts = field(default_factory=Timeouts)
    total_seconds: float = 30.0
    attempts: int = 3
    wait_seconds: float = 0.5
    too_fast_seconds: float = 2.0
    wait_most_seconds: float = 15.0
    size_max: int = 32 * 1024 * 1024
    cooling: Cooling = field(default_factory=Cooling)
    refused_for: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Senses:
    """What the fetcher is lent: the desk's clock, seconds that only run forward, sleep, chance, and the resolver."""

    clock: Clock
    elapsed: Elapsed
    sleep: Callable[[float], None]
    draw: Callable[[], float]
    resolve: Resolve = resolve


@dataclass(slots=True)
class _Told:
    """What the attempts of one call have told so far."""

    attempts: int = 0
    allowance: Allowance = field(default_factory=Allowance)

    def add(self, headers: Mapping[str, str] | None) -> None:
        """Take in an attempt: the newest word on what is left, and the sum of what all of them cost."""
        self.attempts += 1
        told = allowance_of(headers or {})
        spent = [each for each in (self.allowance.last, told.last) if each is not None]
        self.allowance = Allowance(
            self.allowance.remaining if told.remaining is None else told.remaining,
            self.allowance.used if told.used is None else told.used,
            sum(spent) if spent else None,
        )


class HttpFetcher:
    """Makes calls over HTTP for all threads of a process."""

    def __init__(
        self, hosts: Mapping[str, Host], senses: Senses, *, inside: Callable[[], bool], limits: Limits | None = None,
        keys: Mapping[str, Callable[[], str]] | None = None,
    ) -> None:  # fmt: skip
        """Call the hosts of these feeds. `inside` says whether this thread holds a transaction open.

        keys: by feed, what gives the key that holds at each call, so that one can be replaced while calls are made.
        """
        for name in ("httpx2", "httpcore2"):
            # At their finer levels these libraries tell whole addresses, and so our keys.
            logging.getLogger(name).setLevel(logging.WARNING)
        self._hosts, self._senses, self._inside = dict(hosts), senses, inside
        self._limits, self._keys = limits or Limits(), keys or {}
        self._circuits = {host.name: Circuit(self._limits.cooling) for host in self._hosts.values()}
        self._refused: dict[RawItem, tuple[datetime, Fetched]] = {}
        self._lock = Lock()
        self._pool = _pool_for(self._hosts, senses.resolve)

    def __repr__(self) -> str:
        """Name the feeds."""
        return f"HttpFetcher({', '.join(self._hosts)})"

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    def fetch(self, item: RawItem) -> Fetched:
        """Make one call, with its retries, and say what came of it; raises InsideTransaction and nothing else."""
        if self._inside():
            raise InsideTransaction
        now = self._senses.clock()
        host = self._host_of(item.feed)
        address = host.address(item) if host is not None else None
        if host is None or address is None:
            return _unmade(item, now, CallOutcome.HOST_REFUSED, f"feed and path must be known, was {item.feed}")
        before = self._refused_before(item, now)
        if before is not None:
            return before
        circuit = self._circuits[host.name]
        refusal = circuit.refusal(now, costs=item.credits_most > 0)
        if refusal:
            return _unmade(item, now, CallOutcome.CIRCUIT_OPEN, refusal)
        outcome, allowance = CallOutcome.UNREACHABLE, Allowance()
        try:
            fetched = self._attempts(item, host, address, now)
            outcome, allowance = fetched.outcome, fetched.allowance
        finally:
            circuit.record(self._senses.clock(), outcome, allowance)
        if outcome is CallOutcome.BAD_REQUEST:
            self._remember(fetched)
        return fetched

    def _host_of(self, feed: str) -> Host | None:
        host = self._hosts.get(feed)
        return replace(host, key=self._keys[feed]()) if host is not None and feed in self._keys else host

    # ------------------------------------------------------------------------------------------- attempts

    def _attempts(self, item: RawItem, host: Host, address: str, asked_at: datetime) -> Fetched:
        deadline = Deadline(self._senses.elapsed, self._limits.total_seconds)
        token, told = current.set(deadline), _Told()
        try:
            while True:
                found = exchange(self._pool, address, self._limits.timeouts, self._limits.size_max)
                told.add(found.headers)
                fetched = self._fetched(item, host, found, told, asked_at)
                wait = self._wait(fetched, item, found)
                if wait is None or told.attempts >= self._limits.attempts or not deadline.spares(wait):
                    return fetched
                self._senses.sleep(wait)
        finally:
            current.reset(token)

    def _wait(self, fetched: Fetched, item: RawItem, found: Answer | Failure) -> float | None:
        """Return the seconds before the next attempt; None where there is to be none.

        A call that costs credits is not made again when the host may have served it: it would be paid for twice.
        """
        if fetched.outcome not in _RETRIED or (isinstance(found, Failure) and found.sent and item.credits_most):
            return None
        limits, jitter = self._limits, self._senses.draw()
        if fetched.retry_after_seconds is not None:
            wait = fetched.retry_after_seconds + jitter * limits.wait_seconds
        elif fetched.outcome is CallOutcome.TOO_FAST:
            wait = limits.too_fast_seconds * (1 + jitter)
        else:
            wait = limits.wait_seconds * 2 ** (fetched.attempts - 1) * (0.5 + jitter)
        return wait if wait <= limits.wait_most_seconds else None

    def _fetched(self, item: RawItem, host: Host, found: Answer | Failure, told: _Told, asked_at: datetime) -> Fetched:
        at = self._senses.clock()
        made = Fetched(
            item, CallOutcome.OK, asked_at, at, allowance=told.allowance, status=found.status, attempts=told.attempts
        )
        if isinstance(found, Failure):
            return replace(made, outcome=found.outcome, fault=host.masked(found.fault)[:_FAULT_LENGTH_MAX])
        outcome, code = outcome_of(found.status, found.body, told.allowance)
        if outcome is not CallOutcome.OK:
            fault = f"host must answer, refused with status {found.status} {code}".rstrip()
            return replace(
                made, outcome=outcome, error_code=host.masked(code), fault=host.masked(fault),
                retry_after_seconds=seconds_in(found.headers.get("retry-after"), at),
            )  # fmt: skip
        strange = strangeness(found.body, host.content)
        if not strange and host.key and host.key.encode() in found.body:
            strange = "answer must not hold our key, did"
        if strange:
            return replace(made, outcome=CallOutcome.UNREADABLE, fault=host.masked(strange))
        return replace(made, payload=RawPayload(_name(item, host, at), found.body, at))

    # ----------------------------------------------------------------------------------------- bad requests

    def _refused_before(self, item: RawItem, now: datetime) -> Fetched | None:
        """Return the answer that the same bad request got a while ago: asking again would get no other."""
        with self._lock:
            until, fetched = self._refused.get(item, (now, None))
        if fetched is None or not timedelta(0) < until - now <= self._limits.refused_for:
            return None
        fault = f"not asked again: {fetched.fault}"
        return replace(fetched, asked_at=now, received_at=now, allowance=Allowance(), attempts=0, fault=fault)

    def _remember(self, fetched: Fetched) -> None:
        with self._lock:
            if len(self._refused) >= _REFUSED_MAX:
                self._refused.clear()
            self._refused[fetched.item] = (fetched.received_at + self._limits.refused_for, fetched)


def _unmade(item: RawItem, now: datetime, outcome: CallOutcome, fault: str) -> Fetched:
    return Fetched(item, outcome, now, now, fault=fault[:_FAULT_LENGTH_MAX], attempts=0)


def _name(item: RawItem, host: Host, at: datetime) -> str:
    """Name a payload for its path and the time at which it was received, which a replay reads from here."""
    ending = "csv" if host.content is Content.TABLE else "json"
    path = "_".join(part for part in item.path.split("/") if part)[:120]
    return f"{item.feed}_{path}_{time_text(at)}.{ending}"


def _pool_for(hosts: Mapping[str, Host], resolve_name: Resolve) -> httpcore2.ConnectionPool:
    loopback = {host.hostname for host in hosts.values() if host.is_loopback}
    tls = any(host.base.startswith("https") for host in hosts.values())
    return httpcore2.ConnectionPool(
        ssl_context=httpcore2.default_ssl_context() if tls else None,
        max_connections=16,
        # A connection that is kept may be closed by the host just as it is used again, and a call that may have been
        # served is not made twice: each call has its own.
        max_keepalive_connections=0,
        network_backend=Network(loopback, resolve_name),
    )
