"""Settings: who decides, what is refused, and what nobody may read."""

from pathlib import Path

import pytest

from closeline.config import HIDDEN, Settings, files, read_settings, without_password
from closeline.domain.errors import BadSetting

SECRET = "s3cr3t-key"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("ODDS_API_FREE_KEY", raising=False)
    return here


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_nothing_is_needed_to_begin() -> None:
    settings = read_settings()

    assert settings.database_url == f"sqlite:///{settings.data_dir / 'closeline.db'}"
    assert (settings.tenant, settings.log_level, settings.publish_dir) == ("default", "warning", None)


def test_the_record_lies_in_the_data_folder_that_was_set(tmp_path: Path) -> None:
    assert read_settings(data_dir=tmp_path).database_url == f"sqlite:///{tmp_path}/closeline.db"


def test_flags_come_before_the_environment_before_the_nearer_file_before_the_farther(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near, far = files()
    write(far, 'tenant = "far"\n')
    said = [read_settings().tenant]
    write(near, 'tenant = "near"\n')
    said.append(read_settings().tenant)
    monkeypatch.setenv("CLOSELINE_TENANT", "environment")
    said.append(read_settings().tenant)
    said.append(read_settings(tenant="flag").tenant)

    assert said == ["far", "near", "environment", "flag"]


def test_two_files_complete_each_other() -> None:
    near, far = files()
    write(far, 'log_level = "info"\n')
    write(near, 'tenant = "near"\n')
    settings = read_settings()

    assert (settings.log_level, settings.tenant) == ("info", "near")


def test_a_flag_that_was_not_given_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_DATABASE_URL", "sqlite:///mine.db")

    assert read_settings(database_url=None).database_url == "sqlite:///mine.db"


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_TENANT", "")

    assert read_settings().tenant == "default"


def test_the_free_key_is_read_where_the_other_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODDS_API_FREE_KEY", SECRET)
    assert read_settings().secrets() == (SECRET,)
    monkeypatch.setenv("CLOSELINE_ODDS_API_KEY", "other")

    assert read_settings().secrets() == ("other",)


def test_a_key_that_is_no_setting_is_refused_in_one_line() -> None:
    write(files()[0], 'databse_url = "sqlite:///x.db"\n')

    with pytest.raises(BadSetting, match=r"had 'databse_url'; did you mean database_url\?") as fault:
        read_settings()
    assert "\n" not in str(fault.value)


def test_a_file_that_is_no_toml_is_refused_in_one_line() -> None:
    write(files()[0], "tenant =\n")

    with pytest.raises(BadSetting, match=r"closeline.toml must be a readable TOML file") as fault:
        read_settings()
    assert "\n" not in str(fault.value)


def test_a_value_that_cannot_be_is_refused_with_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_LOG_LEVEL", "loud")

    with pytest.raises(BadSetting, match=r"setting log_level must be 'debug', .*was 'loud'"):
        read_settings()


def test_a_fault_never_repeats_a_secret() -> None:
    write(files()[0], f'odds_api_key = ["{SECRET}"]\ndatabase_url = ["{SECRET}"]\n')

    with pytest.raises(BadSetting) as fault:
        read_settings()
    assert SECRET not in str(fault.value)


def test_secrets_and_passwords_are_masked_wherever_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_ODDS_API_KEY", SECRET)
    settings = read_settings(database_url="postgresql://desk:hunter2@host/name")

    for text in (repr(settings), str(settings), str(settings.shown())):
        assert SECRET not in text
        assert "hunter2" not in text
    assert settings.shown()["database_url"] == f"postgresql://desk:{HIDDEN}@host/name"
    assert set(settings.shown()) == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:////srv/closeline.db", "sqlite:////srv/closeline.db"),
        ("postgresql://me@host/name", "postgresql://me@host/name"),
        ("postgresql://me:p@ss:w@host:5432/name", f"postgresql://me:{HIDDEN}@host:5432/name"),
        ("postgresql:///name?user=me&password=pass", f"postgresql:///name?user=me&password={HIDDEN}"),
    ],
)
def test_only_the_password_of_an_address_is_masked(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_settings_do_not_change() -> None:
    settings = read_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.tenant = "other"


def test_a_broker_of_another_kind_is_refused_with_what_is_expected(monkeypatch):
    monkeypatch.setenv("CLOSELINE_BROKER_URL", "http://someone:secret@x")
    with pytest.raises(BadSetting, match=r"^setting broker_url must be an address such as redis://") as told:
        read_settings()

    assert "set CLOSELINE_BROKER_URL" in str(told.value)
    assert "secret" not in str(told.value)
