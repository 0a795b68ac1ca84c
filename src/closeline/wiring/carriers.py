"""Carriers: the channels beyond this machine that the settings name, the notice, and secrets that are read anew."""

import time
from collections.abc import Callable

import structlog
from pydantic import SecretStr

from closeline.config import Settings, listed, read_settings
from closeline.domain.clock import Clock
from closeline.domain.errors import BadSetting
from closeline.domain.governance.notices import Notice
from closeline.domain.ports import Channel
from closeline.domain.publishing.signatures import SECRET_BYTES_MIN, SECRETS_MAX
from closeline.providers.carriers.mail import MailChannel, Server
from closeline.providers.carriers.webhooks import Target, WebhookChannel

# Reading the files again takes a few milliseconds: a secret is that old at most.
FRESH_SECONDS = 1.0


class FreshSecret:
    """A secret as the environment and the files have it now, so that it can be replaced without a new start.

    While a file cannot be read, because somebody is writing it, the last one that could be read holds.
    """

    def __init__(
        self, settings: Settings, name: str, *, read: Callable[[], Settings] = read_settings,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Begin with what the settings say; what was given by a flag stays, because nothing can say it anew."""
        self._name, self._read, self._elapsed = name, read, elapsed
        self._held, self._looked_at = _text(settings, name), elapsed()
        self._is_fixed = self._held != _text_now(read, name, self._held)

    def __call__(self) -> str:
        """Return the secret, empty for none."""
        now = self._elapsed()
        if not self._is_fixed and now - self._looked_at >= FRESH_SECONDS:
            self._looked_at = now
            self._held = _text_now(self._read, self._name, self._held)
        return self._held

    def __repr__(self) -> str:
        """Name it, and no more."""
        return f"FreshSecret({self._name})"


def carriers(settings: Settings, at: Clock) -> tuple[Channel, ...]:
    """Return the channels that the settings name in full; raises BadSetting for one that they name by half."""
    found: list[Channel] = []
    if settings.webhook_url is not None:
        secret = FreshSecret(settings, "webhook_secret")
        _must_be_secrets(secret())
        found.append(WebhookChannel(Target(settings.webhook_url), lambda: listed(secret()), at, time.monotonic))
    if settings.mail_url is not None:
        if settings.mail_from is None or settings.mail_to is None:
            raise BadSetting("setting mail_url must come with mail_from and mail_to, came alone; set CLOSELINE_MAIL_TO")
        password = FreshSecret(settings, "mail_password")
        found.append(
            MailChannel(Server(settings.mail_url), settings.mail_from, settings.mail_to, password, time.monotonic)
        )
    return tuple(found)


def notice(settings: Settings) -> Notice:
    """Return the notice that goes with everything public; raises BadSetting for one that would not be one."""
    try:
        return Notice(
            settings.notice_minimum_age, settings.notice_jurisdictions, settings.notice_help_text,
            settings.notice_help_url,
        )  # fmt: skip
    except ValueError as fault:
        raise BadSetting(f"setting {fault}") from None


def notice_text() -> str:
    """Return the notice of the settings in one line, for a page that is made without a record."""
    return notice(read_settings()).text


def _must_be_secrets(text: str) -> None:
    known = listed(text)
    if not 1 <= len(known) <= SECRETS_MAX or any(len(each.encode()) < SECRET_BYTES_MIN for each in known):
        message = (
            f"setting webhook_secret must be 1 or {SECRETS_MAX} texts of {SECRET_BYTES_MIN} bytes or more, with a "
            "comma between them, was not; set CLOSELINE_WEBHOOK_SECRET"
        )
        raise BadSetting(message)


def _text_now(read: Callable[[], Settings], name: str, held: str) -> str:
    try:
        found = _text(read(), name)
    except BadSetting as fault:
        structlog.get_logger().warning("settings_not_read_again", setting=name, why=str(fault))
        return held
    # An empty secret would fail every call: whoever takes one away starts the desk anew.
    return found or held


def _text(settings: Settings, name: str) -> str:
    found = getattr(settings, name)
    return found.get_secret_value() if isinstance(found, SecretStr) else ""
