"""A meter that Prometheus reads: counters and histograms in a registry of their own, and the text that it scrapes.

Label values come from closed sets (providers, jobs, outcomes), never from a payload, an address or a tenant. Where
several worker processes share a folder (PROMETHEUS_MULTIPROC_DIR, which the library itself reads too), the text adds
them up.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from closeline.domain.ports import Gauge

CONTENT_TYPE = CONTENT_TYPE_LATEST
_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WORK_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600)


Gauges = Callable[[], Sequence[Gauge]]


class PrometheusMeter:
    """Counts for Prometheus; `gauges` is asked at each scrape for what stands in the record and in memory."""

    def __init__(self, gauges: Gauges = tuple, shared: Path | None = None) -> None:
        """Start at nought; `shared` is the folder in which the processes of one worker add up."""
        self._registry, self._shared = CollectorRegistry(), shared
        self._calls = self._histogram("closeline_call_seconds", "Calls to providers.", ("provider", "outcome"))
        self._jobs = self._histogram("closeline_job_seconds", "Jobs that ran.", ("verb", "job", "outcome"))
        self._cache = self._histogram("closeline_cache_seconds", "Boards put or looked up.", ("operation", "outcome"))
        self._database = self._histogram("closeline_transaction_seconds", "Transactions.", ("kind", "outcome"))
        self._rows = Counter(
            "closeline_rows_written", "Rows written in batches.", ("what", "outcome"), registry=self._registry
        )
        self._gauges = _AtScrape(gauges)

    def _histogram(self, name: str, text: str, labels: tuple[str, ...]) -> Histogram:
        buckets = _CALL_SECONDS if "call" in name else _WORK_SECONDS
        return Histogram(name, text, labels, buckets=buckets, registry=self._registry)

    def call(self, provider: str, outcome: str, seconds: float) -> None:
        """Count a call to the outside world."""
        self._calls.labels(provider, outcome).observe(seconds)

    def job(self, job: str, outcome: str, seconds: float) -> None:
        """Count a job; its verb is the first word of its name."""
        self._jobs.labels(job.partition(".")[0], job, outcome).observe(seconds)

    def cache(self, operation: str, outcome: str, seconds: float) -> None:
        """Count a board that was put up or looked up."""
        self._cache.labels(operation, outcome).observe(seconds)

    def transaction(self, kind: str, outcome: str, seconds: float) -> None:
        """Count a transaction."""
        self._database.labels(kind, outcome).observe(seconds)

    def batch(self, what: str, rows: int, outcome: str, seconds: float) -> None:
        """Count rows that were written together, and the time as a transaction of its own kind."""
        self._rows.labels(what, outcome).inc(rows)
        self._database.labels(f"batch.{what}", outcome).observe(seconds)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        standing = CollectorRegistry()
        standing.register(self._gauges)
        return self._counted() + generate_latest(standing)

    def _counted(self) -> bytes:
        if self._shared is None:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(together)


class _AtScrape(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> list[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for gauge in self._gauges():
            names = [name for name, _ in gauge.labels]
            family = families.setdefault(gauge.name, GaugeMetricFamily(gauge.name, gauge.text, labels=names))
            family.add_metric([value for _, value in gauge.labels], gauge.value)
        return list(families.values())


def listen(host: str, port: int, shared: Path) -> int:
    """Answer scrapes at an address, in a thread, with what all processes counted that share a folder.

    Returns the port; 0 takes any that is free.
    """
    together = CollectorRegistry()
    MultiProcessCollector(together, str(shared))  # type: ignore[no-untyped-call]
    server, _ = start_http_server(port, addr=host, registry=together)
    return int(server.server_port)
