"""Faults that refuse: keys, credits, frequency, server faults, and credits that do not add up."""

from dataclasses import replace

from closeline.providers.simulator.allowance import FREE, must_pay, out_of_credits
from closeline.providers.simulator.answering import Answer, refusal
from closeline.providers.simulator.asking import Endpoint
from closeline.providers.simulator.faults.scenes import Fault, Scene

_HISTORICAL = (Endpoint.HISTORICAL_ODDS, Endpoint.HISTORICAL_EVENT_ODDS)


def _key(code: str, message: str) -> Fault:
    def fault(answer: Answer, scene: Scene) -> Answer:
        del answer, scene
        return refusal(401, code, message)

    return fault


def out_of_usage_credits(answer: Answer, scene: Scene) -> Answer:
    """Refuse every call that costs something: the credits are gone."""
    return out_of_credits() if must_pay(scene.call) else replace(answer, remaining=0)


def historical_unavailable(answer: Answer, scene: Scene) -> Answer:
    """Refuse what is asked of the past: the plan does not hold it."""
    if scene.call.endpoint not in _HISTORICAL:
        return answer
    return refusal(401, "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN", "Historical odds are only on paid plans")


def too_fast(answer: Answer, scene: Scene) -> Answer:
    """Answer 429; `amount` seconds are told in Retry-After, none are told at 0."""
    del answer
    refused = refusal(429, "EXCEEDED_FREQ_LIMIT", "Requests are arriving too fast")
    return replace(refused, headers=(("retry-after", f"{scene.amount:.0f}"),)) if scene.amount else refused


def server_fault(answer: Answer, scene: Scene) -> Answer:
    """Answer with a server's fault: status `amount`, 502 where none was named."""
    del answer
    page = b"<html><body><h1>Bad Gateway</h1></body></html>"
    return Answer(int(scene.amount) or 502, None, content=page, headers=(("content-type", "text/html"),))


def redirect(answer: Answer, scene: Scene) -> Answer:
    """Send the caller elsewhere, to an address that it must never call."""
    del answer, scene
    return Answer(302, None, content=b"", headers=(("location", "http://169.254.169.254/latest/meta-data/"),))


def event_not_found(answer: Answer, scene: Scene) -> Answer:
    """Say that an event is gone; other calls are answered."""
    gone = scene.call.endpoint in (Endpoint.EVENT_ODDS, Endpoint.HISTORICAL_EVENT_ODDS)
    return refusal(404, "EVENT_NOT_FOUND", "Event not found. The event may have expired") if gone else answer


def credits_drain(answer: Answer, scene: Scene) -> Answer:
    """Let the credits run from `amount`, 500 where none was named, to nothing over the window; then refuse."""
    total = int(scene.amount) or FREE
    left = round(total * (1.0 - scene.passed))
    if left <= 0:
        return out_of_usage_credits(answer, scene)
    return replace(answer, remaining=left, used=total - left)


def credits_reset(answer: Answer, scene: Scene) -> Answer:
    """Say that all credits are there again: `amount`, 500 where none was named."""
    return replace(answer, remaining=int(scene.amount) or FREE, used=0)


def credits_disagree(answer: Answer, scene: Scene) -> Answer:
    """Say that a call cost `amount` credits more than it does, so that every count but the vendor's is wrong."""
    told = answer.cost + int(scene.amount)
    return replace(answer, headers=(*answer.headers, ("x-requests-last", str(told))))


def credits_untold(answer: Answer, scene: Scene) -> Answer:
    """Tell nonsense instead of the credits."""
    del scene
    names = ("x-requests-remaining", "x-requests-used", "x-requests-last")
    return replace(answer, headers=(*answer.headers, *((name, "-1e9") for name in names)))


REFUSALS: dict[str, Fault] = {
    "missing_key": _key("MISSING_KEY", "API key is missing"),
    "invalid_key": _key("INVALID_KEY", "API key is not valid"),
    "deactivated_key": _key("DEACTIVATED_KEY", "API key has been deactivated"),
    "out_of_usage_credits": out_of_usage_credits,
    "historical_unavailable": historical_unavailable,
    "too_fast": too_fast,
    "server_fault": server_fault,
    "redirect": redirect,
    "event_not_found": event_not_found,
    "credits_drain": credits_drain,
    "credits_reset": credits_reset,
    "credits_disagree": credits_disagree,
    "credits_untold": credits_untold,
}
