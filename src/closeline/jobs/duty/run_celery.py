"""The production runner: workers run calls that a beat, or another call's events, have put into a broker's queue.

A message holds a call and nothing else: job, slot, JSON arguments, and the token of the lease under which it was fired.
A broker may lose messages, carry them twice or carry them late: the row in `job_run` lets a slot run once, and the beat
asks again for whatever the record says is still open. So nothing of worth is ever only in the broker.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any

import structlog
from amqp.exceptions import AMQPError
from celery import Celery, signals
from celery.exceptions import CeleryError, WorkerLostError
from celery.result import AsyncResult
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from closeline.domain.errors import CloselineError, Refused, StoreUnavailable
from closeline.domain.ports import Part
from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import attempt, died, told_of
from closeline.jobs.duty.calls import Call, reactions_to
from closeline.jobs.duty.desks import Desks
from closeline.jobs.duty.fan_out import do
from closeline.jobs.duty.leading import LEASE, RENEW_EVERY, Leadership
from closeline.jobs.duty.looking import look
from closeline.jobs.registry import JOBS
from closeline.jobs.schedule import LIVE
from closeline.store.scheduling.runs import Fence

TASK, WORK_TASK = "closeline.run", "closeline.work"
QUEUE = "closeline"
# What stands behind the name of the queue of captures.
CAPTURES = ".captures"
# Longer than any job may take: a message comes back only when its worker is gone.
VISIBLE_SECONDS = 3_600
# What nobody took for so long is thrown away: the beat asks again for what is still open.
KEPT_SECONDS = 600
# After its deadline a job is told to end; after these seconds more its process is ended.
STOPPED_SECONDS = 30
PATIENCE = timedelta(minutes=25)
CONNECT_SECONDS_MAX, ANSWER_SECONDS_MAX = 5, 30

log = structlog.get_logger()
# What brokers, and the libraries that speak with them, raise when they cannot be had.
_BROKEN = (KombuError, AMQPError, RedisError, OSError)


def make_app(broker_url: str, desks: Desks, queue: str = QUEUE) -> Celery:
    """Return the Celery application of workers and beats on a broker, redis:// or amqp://.

    desks: where a worker's process takes its desk from. queue: what keeps several installations on one broker apart.
    """
    app = Celery("closeline", broker=broker_url, set_as_current=False)
    app.conf.update(_settings(broker_url, queue))

    @app.task(name=TASK, ignore_result=True, shared=False)  # type: ignore[untyped-decorator]
    def run(job: str, slot: str, arguments: dict[str, Any], token: int | None = None) -> str:
        fence = None if token is None else Fence(LEASE, token)
        desk = desks.mine()
        tried = attempt(desk, Call(job, slot, arguments), fence)
        send(app, (call for call in reactions_to(tried.told) if _has_work(desk, call)))
        return str(tried.outcome)

    @app.task(name=WORK_TASK, shared=False)  # type: ignore[untyped-decorator]
    def work(work: str, part: dict[str, Any]) -> dict[str, Any]:
        return answered(desks, work, part)

    signals.task_failure.connect(_counting(desks), sender=run, weak=False)
    return app


def _has_work(desk: Desk, call: Call) -> bool:
    try:
        return JOBS[call.job].due(desk, call.arguments)
    except Exception:  # noqa: BLE001 -- whoever runs it finds out, and counts it
        return True


def _counting(desks: Desks) -> Callable[..., None]:
    """Return what counts a call as failed whose process was killed, or ran over: it could not do so itself."""

    def count(kwargs: Mapping[str, Any] | None = None, exception: object = None, **told: object) -> None:
        del told
        given = kwargs or {}
        call = Call(str(given.get("job")), str(given.get("slot")), given.get("arguments") or {})
        log.error("job_killed", job=call.job, slot=call.slot, fault=type(exception).__name__)
        with desks.borrowed() as desk:
            died(desk, call, f"its process ended: {type(exception).__name__}")

    return count


def _settings(broker_url: str, queue: str) -> dict[str, Any]:
    """Return how the application speaks with its broker: JSON only, nothing taken ahead, nothing lost on the way."""
    settings: dict[str, Any] = {
        "task_serializer": "json",
        "accept_content": ["json"],
        "result_serializer": "json",
        "task_default_queue": queue,
        "task_default_exchange": queue,
        "task_default_routing_key": queue,
        "task_acks_late": True,
        # A job that ends its process would end one process after the other; it is counted, and asked for again.
        "task_reject_on_worker_lost": False,
        "worker_prefetch_multiplier": 1,
        # By its open line a worker that waits for nothing notices that Redis went away: without it, one that could not
        # acknowledge its last message would never take another.
        "worker_enable_remote_control": True,
        "control_exchange": f"{queue}.control",
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": CONNECT_SECONDS_MAX,
        "task_publish_retry": False,
        "timezone": "UTC",
        "enable_utc": True,
        "result_expires": VISIBLE_SECONDS,
    }
    settings["result_backend"] = broker_url if broker_url.startswith("redis") else "rpc://"
    if broker_url.startswith("redis"):
        settings["result_backend_transport_options"] = {"global_keyprefix": f"{queue}:"}
        settings["broker_transport_options"] = {
            "visibility_timeout": VISIBLE_SECONDS,
            "global_keyprefix": f"{queue}:",
            "socket_connect_timeout": CONNECT_SECONDS_MAX,
            "socket_timeout": ANSWER_SECONDS_MAX,
        }
    return settings


def queue_of(app: Celery, job: str) -> str:
    """Return the queue of a job: what asks for prices has one of its own, because one process alone makes the board."""
    queue = str(app.conf.task_default_queue)
    return f"{queue}{CAPTURES}" if any(cadence.job == job for cadence in LIVE) else queue


def send(app: Celery, calls: Iterable[Call], fence: Fence | None = None) -> int:
    """Put calls into the queue and return how many went; what a broker refuses is left to the next look."""
    sent = 0
    for call in calls:
        task = JOBS.get(call.job)
        deadline = task.deadline.total_seconds() if task else VISIBLE_SECONDS / 2
        try:
            app.send_task(
                TASK,
                kwargs={
                    "job": call.job, "slot": call.slot, "arguments": dict(call.arguments),
                    "token": fence.token if fence else None,
                },
                queue=queue_of(app, call.job), ignore_result=True, soft_time_limit=deadline,
                time_limit=deadline + STOPPED_SECONDS,
                expires=KEPT_SECONDS,
            )  # fmt: skip
        except _BROKEN as fault:
            log.warning("broker_refused", job=call.job, slot=call.slot, fault=told_of(fault))
            break
        sent += 1
    return sent


def answered(desks: Desks, work: str, part: Part) -> dict[str, Any]:
    """Do a part of a fan-out, and answer in JSON: with what came of it, or with why nothing did."""
    try:
        return {"answer": dict(do(desks.of_part, work, part))}
    except CloselineError as fault:
        return {"fault": told_of(fault)}


def _let_go(sent: AsyncResult) -> None:
    """Take an answer out of the broker, and let nothing be asked of it again when the collector finds it."""
    try:
        sent.forget()
    except _BROKEN as fault:
        log.warning("answer_left", fault=told_of(fault))
    sent.backend = None


class CeleryGroup:
    """Does the parts of a fan-out on the workers. A part that nobody answers in time is asked for again."""

    def __init__(self, app: Celery, patience: timedelta = PATIENCE, tries: int = 3) -> None:
        """Ask nothing yet. patience: for one part, from when it was sent; tries: how often it is sent."""
        self._app, self._patience, self._tries = app, patience.total_seconds(), tries

    def map(self, work: str, parts: Sequence[Part]) -> list[Part]:
        """Return the answer to each part, in the order of the parts; raises Refused for a part that met a fault.

        StoreUnavailable where nobody answers, or the broker cannot be had.
        """
        asked: dict[int, AsyncResult] = {}
        try:
            for place, part in enumerate(parts):
                asked[place] = self._send(work, part)
            return [self._answer(work, part, asked, place) for place, part in enumerate(parts)]
        except _BROKEN as fault:
            raise StoreUnavailable(f"broker must answer for a fan-out, did not: {told_of(fault)}") from fault
        finally:
            for sent in asked.values():
                _let_go(sent)

    def _send(self, work: str, part: Part) -> AsyncResult:
        return self._app.send_task(WORK_TASK, kwargs={"work": work, "part": dict(part)}, expires=self._patience)

    def _answer(self, work: str, part: Part, asked: dict[int, AsyncResult], place: int) -> Part:
        for turn in range(self._tries):
            if turn:
                _let_go(asked[place])
                asked[place] = self._send(work, part)
            try:
                answer = asked[place].get(timeout=self._patience)
            except (CeleryError, WorkerLostError) as fault:
                log.warning("part_unanswered", work=work, fault=told_of(fault))
                continue
            if "fault" in answer:
                raise Refused(f"{work} must be done by a worker, was not: {answer['fault']}")
            return dict(answer["answer"])
        raise StoreUnavailable(f"workers must answer {work}, none did {self._tries} times; is a worker running?")


class Beat:
    """Puts into the queue what is due and what is still open, while it leads. Several beats stand by for each other."""

    def __init__(
        self, app: Celery, desk: Desk, leader: Leadership, *, every: timedelta = RENEW_EVERY,
        patience: timedelta = timedelta(seconds=20), again_after: timedelta = timedelta(seconds=90),
        steady: Callable[[], float] = monotonic, told: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """Stand ready. `told` gets a line for a person each time that the broker goes.

        patience: how long what an event set going may lie open before it counts as lost on its way.
        again_after: how long a call that was sent may lie open before it is sent again.
        """
        self._app, self._desk, self._leader, self._every = app, desk, leader, every
        self._patience, self._again_after, self._steady = patience.total_seconds(), again_after.total_seconds(), steady
        self._told, self._refused = told, False
        self._seen: dict[tuple[str, str], float] = {}
        self._sent: dict[tuple[str, str], float] = {}

    def run(self, stopping: Event) -> None:
        """Tick until told to stop; then let another lead."""
        while not stopping.is_set():
            self.tick()
            stopping.wait(self._every.total_seconds())
        self._leader.release()

    def tick(self) -> int:
        """Hold or take the lease; the leader sends what is due and open. Returns how many calls were sent."""
        fence = self._leader.hold()
        if fence is None:
            self._seen, self._sent = {}, {}
            return 0
        found, now = look(self._desk, fence), self._steady()
        keys = {call.key for call in found}
        self._sent = {key: at for key, at in self._sent.items() if key in keys}
        self._seen = {key: self._seen.get(key, now) for key in keys}
        wanted = [call for call in found if self._is_wanted(call, now)]
        sent = send(self._app, wanted, fence)
        self._sent |= {call.key: now for call in wanted[:sent]}
        if wanted:
            self._tell(refused=sent < len(wanted))
        return sent

    def _tell(self, *, refused: bool) -> None:
        if refused and not self._refused:
            self._told("the broker does not answer (CLOSELINE_BROKER_URL): nothing is sent until it does")
        self._refused = refused

    def _is_wanted(self, call: Call, now: float) -> bool:
        sent = self._sent.get(call.key)
        if sent is not None:
            return now - sent >= self._again_after
        # Whoever recorded an event has sent its reactions himself: they count as lost only after a while.
        return not call.slot.startswith("event:") or now - self._seen[call.key] >= self._patience
