"""The way to a record elsewhere: JSON over HTTP, problems raised as the errors that they name."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote

import httpx2
from pydantic import ValidationError

from closeline.client.steps import Answered, Given, Look, Step
from closeline.domain import errors
from closeline.domain.errors import BadSetting, CloselineError, StoreUnavailable
from closeline.schemas.doors import Problem

# Seconds. A calibration of a long record takes its time; nobody waits for ever.
CONNECT_MAX, ANSWER_MAX = 5.0, 300.0
ROOT = "api"
PATH = f"{ROOT}/record"
_ERRORS = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, CloselineError)
}  # fmt: skip


def client_of(url: str, key: str) -> httpx2.Client:
    """Return a client of an address; raises BadSetting where the key would travel for anybody to read."""
    address = httpx2.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise BadSetting(f"url must be like https://desk.example, was {url!r}")
    if address.scheme == "http" and not _is_loopback(address.host):
        raise BadSetting(f"url must be https beyond this machine, because it carries a key, was {address.scheme}")
    return httpx2.Client(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=httpx2.Timeout(ANSWER_MAX, connect=CONNECT_MAX),
        follow_redirects=False,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True, repr=False)
class OverHttp:
    """A client whose headers hold the key; it is shown nowhere."""

    client: httpx2.Client

    def __repr__(self) -> str:
        """Name the address; it has no password, and the key is not shown."""
        return f"over HTTP, {self.client.base_url.host}:{self.client.base_url.port or self.client.base_url.scheme}"

    def take(self, step: Step[Given, Answered], given: Given) -> Answered:
        """Send a step and read the answer. A step may be sent again: the same content is the same row."""
        try:
            response = self.client.post(f"/{PATH}/{step.path}", json=given.model_dump(mode="json"))
        except httpx2.HTTPError as fault:
            message = f"record must answer {self!r} within {ANSWER_MAX:g} seconds, did not: {type(fault).__name__}"
            raise StoreUnavailable(message) from fault
        return self._read(response, step.answer)

    def look(self, look: Look[Given, Answered], given: Given) -> Answered:
        """Ask for something and read the answer."""
        asked = given.model_dump(mode="json", exclude_none=True, by_alias=True)
        named = {name: quote(str(value), safe="") for name, value in asked.items() if f"{{{name}}}" in look.path}
        params = {name: value for name, value in asked.items() if name not in named}
        try:
            response = self.client.get(f"/{ROOT}/{look.path.format(**named)}", params=params)
        except httpx2.HTTPError as fault:
            message = f"record must answer {self!r} within {ANSWER_MAX:g} seconds, did not: {type(fault).__name__}"
            raise StoreUnavailable(message) from fault
        return self._read(response, look.answer)

    def _read(self, response: httpx2.Response, answer: type[Answered]) -> Answered:
        if not response.is_success:
            raise _fault(response)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as fault:
            raise CloselineError(f"{self!r} must answer as this version of Closeline does, did not") from fault

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def _fault(response: httpx2.Response) -> CloselineError:
    try:
        told = Problem.model_validate_json(response.content)
    except ValidationError:
        return CloselineError(f"record must answer with a problem, answered {response.status_code} without one")
    return _ERRORS.get(told.error, CloselineError)(told.detail)
