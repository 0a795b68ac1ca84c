"""The log: one JSON object a line, with secrets taken out, to a file or to the standard error."""

import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from closeline.config import HIDDEN, Settings, without_password

if TYPE_CHECKING:
    pass


LOG_FILE = "closeline.log"
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_SECRET_WORDS = ("key", "token", "secret", "password", "authorization")


class _Lines:
    """Where log lines go: a file in the log folder, made when the first line is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *args: object) -> "_Lines":
        return self

    def msg(self, line: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LOG_FILE).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    debug = info = warning = error = critical = exception = msg


class _Stderr:
    """Where log lines go in a container: the standard error, which whoever runs it collects."""

    def __call__(self, *args: object) -> "_Stderr":
        return self

    def msg(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def configure_log(settings: Settings) -> None:
    """Let every line of the log go where the settings say, without their secrets."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redaction(settings.secrets()),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=_Stderr() if settings.log_to == "stderr" else _Lines(settings.log_dir),
        cache_logger_on_first_use=False,
    )


def _redaction(secrets: Sequence[str]) -> Callable[[Any, str, MutableMapping[str, Any]], Mapping[str, Any]]:
    """Return the step that masks secrets, by the name that they go under and by their very text."""

    def redact(logger: object, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        del logger, method
        return {name: _safe(name, value, secrets) for name, value in line.items()}

    return redact


def _safe(name: str, value: object, secrets: Sequence[str]) -> object:
    if any(word in name.lower() for word in _SECRET_WORDS):
        return HIDDEN
    if not isinstance(value, str):
        return value if isinstance(value, int | float | None) else _safe(name, str(value), secrets)
    for secret in secrets:
        value = value.replace(secret, HIDDEN)
    return without_password(value)
