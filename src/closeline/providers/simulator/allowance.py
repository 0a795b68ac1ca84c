"""The vendor's own count of credits, and the headers in which it tells it."""

from dataclasses import dataclass, replace

from closeline.providers.simulator.answering import Answer, refusal
from closeline.providers.simulator.asking import Call, Endpoint

FREE = 500
# What needs no credits is answered when there are none left.
FREE_OF_CHARGE = frozenset({Endpoint.SPORTS, Endpoint.EVENTS})


@dataclass(slots=True)
class Counter:
    """Credits of one key. Whoever uses it from several threads holds a lock."""

    total: int = FREE
    used: int = 0

    @property
    def remaining(self) -> int:
        """Return what is left."""
        return max(0, self.total - self.used)

    def charge(self, answer: Answer) -> Answer:
        """Take an answer's cost, and return it with what the vendor says of the credits."""
        cost = answer.cost if answer.status == 200 else 0
        self.used += cost
        headers = (
            ("x-requests-remaining", str(self.remaining if answer.remaining is None else answer.remaining)),
            ("x-requests-used", str(self.used if answer.used is None else answer.used)),
            ("x-requests-last", str(cost)),
        )
        told = {name for name, _ in answer.headers}
        return replace(answer, headers=(*answer.headers, *(item for item in headers if item[0] not in told)))


def out_of_credits() -> Answer:
    """Return what the vendor says when the credits are gone."""
    answer = refusal(401, "OUT_OF_USAGE_CREDITS", "Usage quota has been reached. See usage plans at the vendor's page")
    return replace(answer, remaining=0)


def must_pay(call: Call) -> bool:
    """Say whether a call needs credits."""
    return call.endpoint not in FREE_OF_CHARGE
