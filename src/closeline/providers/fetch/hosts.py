"""Hosts that may be called: those of the vendors over TLS, and this machine for the simulator."""

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, urlencode, urlsplit

from closeline.domain.errors import BadSetting
from closeline.domain.feeds.fetching import RawItem

VENDORS = frozenset({
    "api.the-odds-api.com",
    "ipv6-api.the-odds-api.com",
    "site.api.espn.com",
    "statsapi.mlb.com",
    "api-web.nhle.com",
    "raw.githubusercontent.com",
})  # fmt: skip
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
HIDDEN = "********"

# A path is plain: no second host, no step upwards, no query or fragment of its own, nothing to be escaped.
_PATH = re.compile(r"(?:/[A-Za-z0-9_~.-]+)+/?")


class Content(Enum):
    """What a host answers with."""

    JSON = "JSON"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Host:
    """Where a feed's calls go, and the key that is added on the way out.

    Raises BadSetting for a base that is neither a vendor's over https nor this machine's.
    """

    base: str
    key: str = ""
    key_name: str = "apiKey"
    content: Content = Content.JSON
    needs_key: bool = False

    def __post_init__(self) -> None:
        """Refuse a base that may not be called."""
        fault = _fault(self.base)
        if fault:
            raise BadSetting(f"base address must be {fault}, was {_shown(self.base)}")

    def __repr__(self) -> str:
        """Show no key."""
        return f"Host({self.base!r}, key={HIDDEN if self.key else ''!r}, content={self.content})"

    @property
    def name(self) -> str:
        """Return host and port, by which circuits are kept."""
        return urlsplit(self.base).netloc

    @property
    def may_answer(self) -> bool:
        """Say whether there is the key that the host asks for; this machine's simulator asks for none."""
        return bool(self.key) or not self.needs_key or self.is_loopback

    @property
    def is_loopback(self) -> bool:
        """Say whether this is the machine itself."""
        return self.hostname in LOOPBACK

    @property
    def hostname(self) -> str:
        """Return the host without its port."""
        return urlsplit(self.base).hostname or ""

    def address(self, item: RawItem) -> str | None:
        """Return the whole address of an item, its key included; None for a path that is not plain."""
        if not _PATH.fullmatch(item.path) or "/../" in f"{item.path}/" or "/./" in f"{item.path}/":
            return None
        asked = [(name, value) for name, value in item.query if name.lower() not in ("apikey", "api_key")]
        if len(asked) != len(item.query):
            return None
        if self.key:
            asked.append((self.key_name, self.key))
        query = urlencode(asked, quote_via=quote, safe=",:")
        return f"{self.base.rstrip('/')}{item.path}{'?' if query else ''}{query}"

    def masked(self, text: str) -> str:
        """Return a text without the key, however it is spelled in it."""
        for spelled in (self.key, quote(self.key, safe="")) if self.key else ():
            text = text.replace(spelled, HIDDEN)
        return text


def _fault(base: str) -> str:
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError:
        return "an address"
    if parts.username is not None or parts.query or parts.fragment or not base.isascii() or not base.isprintable():
        return "plain: without user, query or fragment"
    if parts.hostname in LOOPBACK and parts.scheme in ("http", "https"):
        return ""
    if parts.scheme != "https" or parts.hostname not in VENDORS or port not in (None, 443):
        return f"https with one of {', '.join(sorted(VENDORS))}, or http on this machine"
    return ""


def _shown(base: str) -> str:
    # What stands before an @ or behind a ? may be a secret.
    return ascii(base.rpartition("@")[2].partition("?")[0][:80])
