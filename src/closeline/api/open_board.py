"""Who may look at the board without a key: a person at the machine that serves it, and nobody else.

The board is prices, and nobody's secret; but a door that is open is open to all. It opens only where the server is
bound to an address of its own machine, only to a call that names that machine (a page of a stranger that has the
machine's address under a name of its own does not), and never to one that a proxy says it has passed on, or that a
browser says another site has made. A proxy that says nothing cannot be told from a person, so whoever serves others
has keys, and with the first key this door closes (`closeline.serve`).
"""

import ipaddress
from collections.abc import Mapping

from starlette.requests import HTTPConnection

_PASSED_ON = (
    "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server",
    "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "via",
)  # fmt: skip
# What a browser says of a page of our own, and of an address that a person typed; other programs say nothing.
_OWN_SITE = ("same-origin", "none")


def is_open(request: HTTPConnection) -> bool:
    """Say whether this call may read the board without a key; one that brings a key is judged by it."""
    return _may_come_in(request) and request.headers.get("sec-fetch-site", "none") in _OWN_SITE


def is_page_open(request: HTTPConnection) -> bool:
    """Say whether this call may see a page without a key: a person may follow a link to it from anywhere.

    A page that is gone to stands in a window of its own, which the site that led there cannot read.
    """
    headers = request.headers
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return _may_come_in(request) if followed else is_open(request)


def _may_come_in(request: HTTPConnection) -> bool:
    headers = request.headers
    keyless = "x-api-key" not in headers and "authorization" not in headers
    return bool(request.app.state.public_board) and keyless and is_at_home(headers)


def is_at_home(headers: Mapping[str, str]) -> bool:
    """Say whether a call was made to this machine by its own name and not passed on."""
    if any(name in headers for name in _PASSED_ON):
        return False
    return is_loopback(_host(headers.get("host", "")))


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine and can be no other."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(header: str) -> str:
    """Return the host of a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0] if header.count(":") <= 1 else header
