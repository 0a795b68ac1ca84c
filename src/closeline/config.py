"""Settings: read once, from flags, then the environment, then closeline.toml, then the defaults.

Two files may hold settings: closeline.toml in the current folder, and the one in the platform's folder for
configuration; what both hold, the first decides. Nobody but `wiring` reads this module.
"""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, NoReturn

from platformdirs import user_config_path, user_data_path, user_log_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from closeline.domain.errors import BadSetting
from closeline.domain.governance.notices import AGE_MAX, AGE_MIN, HELP, JURISDICTIONS, PART_LENGTH_MAX

NAME = "closeline"
FILE = "closeline.toml"
HIDDEN = "********"
# What may hold a password is never repeated in a message.
_NOT_REPEATED = frozenset({
    "database_url", "board_url", "broker_url", "odds_api_key", "webhook_url", "webhook_secret", "mail_url",
    "mail_password", "mail_to", "telegram_token", "telegram_observer_token",
})  # fmt: skip
_BROKER = "an address such as redis://127.0.0.1:6379/0 or amqp://user:password@127.0.0.1:5672//"
_PASSWORD = re.compile(r"(://[^/@\s]*?:)[^/\s]*(@)|((?:^|[?&])password=)[^&\s]*")


class Settings(BaseSettings):
    """Everything that can be set, with what holds when nothing is (see docs/settings.md)."""

    model_config = SettingsConfigDict(
        env_prefix="CLOSELINE_",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path(NAME))
    database_url: str = Field(default_factory=lambda known: f"sqlite:///{known['data_dir'] / 'closeline.db'}")
    log_dir: Path = Field(default_factory=lambda: user_log_path(NAME))
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    log_to: Literal["file", "stderr"] = "file"
    publish_dir: Path | None = None
    tenant: str = Field("default", min_length=1)
    database_pool_size: int = Field(5, ge=1, le=1000)
    database_pool_overflow: int = Field(10, ge=0, le=1000)
    database_pool_seconds: int = Field(10, ge=1, le=600)
    database_recycle_seconds: int = Field(1800, ge=1, le=86400)
    database_statement_seconds: int = Field(300, ge=1, le=86400)
    database_idle_seconds: int = Field(300, ge=1, le=86400)
    broker_url: str | None = Field(None, pattern=r"^(rediss?|amqps?)://")
    broker_queue: str = Field("closeline", pattern=r"^[a-z][a-z0-9_.-]{0,62}$")
    retention_quote_days: int = Field(90, ge=1, le=36500)
    retention_quote_minutes: int = Field(30, ge=1, le=1440)
    retention_payload_days: int = Field(30, ge=1, le=36500)
    board_url: str = "memory://"
    worker_metrics: str | None = Field(None, pattern=r"^[^:\s]+:[0-9]{1,5}$")
    # The library that counts reads the plain name itself.
    prometheus_multiproc_dir: Path | None = Field(
        None, validation_alias=AliasChoices("CLOSELINE_PROMETHEUS_MULTIPROC_DIR", "PROMETHEUS_MULTIPROC_DIR")
    )
    live_feeds: str = "the_odds_api,espn,mlb_schedule,nhl_scores,nflverse,espn_injuries"
    live_leagues: str = "nfl,ncaaf,nba,ncaab,mlb,nhl"
    odds_api_url: str = "https://api.the-odds-api.com"
    odds_api_regions: str = "us"
    odds_api_books: str = ""
    odds_api_event_markets: str = ""
    odds_api_credits: int = Field(500, ge=0, le=100_000_000)
    odds_api_reset_day: int = Field(1, ge=1, le=28)
    odds_api_closing_percent: int = Field(10, ge=0, le=100)
    espn_url: str = "https://site.api.espn.com"
    mlb_url: str = "https://statsapi.mlb.com"
    nhl_url: str = "https://api-web.nhle.com"
    nflverse_url: str = "https://raw.githubusercontent.com"
    telegram_token: SecretStr | None = None
    telegram_chat: str | None = None
    telegram_observer_token: SecretStr | None = None
    telegram_url: str = "https://api.telegram.org"
    delivery_unseen: Literal["hold", "resend"] = "hold"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    mail_url: str | None = None
    mail_from: str | None = None
    mail_to: str | None = None
    mail_password: SecretStr | None = None
    notice_minimum_age: int = Field(AGE_MIN, ge=AGE_MIN, le=AGE_MAX)
    notice_jurisdictions: str = Field(JURISDICTIONS, min_length=1, max_length=PART_LENGTH_MAX)
    notice_help_text: str = Field(HELP, min_length=1, max_length=PART_LENGTH_MAX)
    notice_help_url: str = Field("", max_length=PART_LENGTH_MAX)
    odds_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("CLOSELINE_ODDS_API_KEY", "ODDS_API_FREE_KEY")
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say who decides: flags, then the environment, then the files."""
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, _Files(settings_cls))

    def shown(self) -> dict[str, str | None]:
        """Return every setting for people to read: secrets and passwords are masked."""
        return {name: _masked(getattr(self, name)) for name in type(self).model_fields}

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that no log may hold."""
        held = [getattr(self, name) for name in type(self).model_fields]
        return tuple(
            text
            for each in held
            if isinstance(each, SecretStr)
            for text in dict.fromkeys((each.get_secret_value(), *listed(each.get_secret_value())))
        )

    def __repr_args__(self) -> Any:  # noqa: ANN401 -- pydantic's own signature
        """Mask what is printed when somebody prints the settings."""
        return list(self.shown().items())


def read_settings(**flags: str | Path | None) -> Settings:
    """Return the settings; a flag that is None was not given. Raises BadSetting, in one line with the mend."""
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as faults:
        raise BadSetting("; ".join(_sentence(fault) for fault in faults.errors())) from None


def files() -> tuple[Path, ...]:
    """Return where settings may stand in files, the deciding one first."""
    return (Path(FILE), user_config_path(NAME) / FILE)


def listed(text: str) -> tuple[str, ...]:
    """Return the words of a setting that holds several, separated by commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def without_password(text: str) -> str:
    """Return an address with its password masked."""
    return _PASSWORD.sub(rf"\1\3{HIDDEN}\2", text)


class _Files(PydanticBaseSettingsSource):
    """What the files say; a key that no setting has is refused, because a typing error must not be silent."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401
        """Not used: all fields are read at once."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the merged files."""
        merged: dict[str, Any] = {}
        for path in reversed(files()):
            merged |= self._read(path)
        return merged

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            content = tomllib.loads(path.read_bytes().decode())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else " ".join(str(fault).split())
            raise BadSetting(f"{path} must be a readable TOML file, was not: {reason}") from None
        known = self.settings_cls.model_fields
        for key in content:
            if key not in known:
                _refuse(path, key, list(known))
        return {name: str(value) if isinstance(value, int | float) else value for name, value in content.items()}


def _refuse(path: Path, key: str, known: list[str]) -> NoReturn:
    near = difflib.get_close_matches(key, known, n=1)
    mend = f"did you mean {near[0]}?" if near else f"settings are {', '.join(known)}"
    raise BadSetting(f"{path} must hold only settings, had {key!r}; {mend}")


def _sentence(fault: Any) -> str:  # noqa: ANN401 -- pydantic's ErrorDetails
    name = str(fault["loc"][0]).lower().removeprefix("closeline_")
    name = "odds_api_key" if name == "odds_api_free_key" else name
    if name == "broker_url":
        return f"setting broker_url must be {_BROKER}, was another; set CLOSELINE_BROKER_URL"
    must = str(fault["msg"]).replace("Input should be", "must be").replace("String should have", "must have")
    was = "" if name in _NOT_REPEATED else f", was {fault['input']!r}"
    return f"setting {name} {must}{was}"


def _masked(value: object) -> str | None:
    if value is None:
        return None
    return HIDDEN if isinstance(value, SecretStr) else without_password(str(value))
