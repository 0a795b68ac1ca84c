"""Watching: meters on the edges of a desk, and what tells of them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from closeline.config import Settings
from closeline.domain.errors import BadSetting
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Follower
from closeline.jobs.monitoring.meters import MeteredFetcher, MeteredShelf, Several
from closeline.jobs.monitoring.persistence import PersistenceLog
from closeline.jobs.monitoring.watch import Watch
from closeline.jobs.showing.gauges import gauges
from closeline.providers import prometheus
from closeline.store.database.watching import watch

if TYPE_CHECKING:
    pass


def watched(desk: Desk, settings: Settings) -> tuple[Desk, Watch]:
    """Return a desk with a meter on each of its edges, and what tells of them."""
    log = PersistenceLog(desk.clock)
    counting = prometheus.PrometheusMeter(lambda: gauges(desk), settings.prometheus_multiproc_dir)
    meter = Several(counting, log)
    watch(desk.engine, meter.transaction)
    fetch = desk.fetch and MeteredFetcher(desk.fetch, meter)
    board = desk.board and MeteredShelf(desk.board, meter)
    # It puts the boards up, so it must know the shelf that is watched.
    follower = desk.follower and Follower(board)
    return replace(desk, meter=meter, fetch=fetch, board=board, follower=follower), Watch(log, counting.text)


def tell_metrics(settings: Settings) -> None:
    """Begin to answer scrapes of a worker where the settings say; raises BadSetting without a folder to add up in."""
    if settings.worker_metrics is None:
        return
    if settings.prometheus_multiproc_dir is None:
        message = "setting worker_metrics must come with a folder to add up in, had none; set PROMETHEUS_MULTIPROC_DIR"
        raise BadSetting(message)
    host, _, port = settings.worker_metrics.rpartition(":")
    prometheus.listen(host, int(port), settings.prometheus_multiproc_dir)
