"""What a deployment is told: containers that are nobody's root, no password that anybody knows, and figures that exist."""

import json
import re
from pathlib import Path

import pytest
import yaml

from closeline.jobs.showing.gauges import TEXTS
from closeline.providers.prometheus import PrometheusMeter
from closeline.wiring import read_settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "closeline.json").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "closeline"}
SECRET = re.compile(r"(PASSWORD|SECRET|TOKEN|_KEY)")


def test_there_are_an_api_workers_beats_and_one_that_migrates_first() -> None:
    assert set(OURS) == {"migrate", "api", "worker", "captures", "beat"}
    for name in set(OURS) - {"migrate"}:
        assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert OURS["beat"]["deploy"]["replicas"] == OURS["captures"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_may_do_little(name: str) -> None:
    service = OURS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = re.findall(r"^USER (.+)$", DOCKERFILE, flags=re.MULTILINE)

    assert users
    assert users[-1].split(":")[0] not in {"0", "root"}
    assert "--require-hashes" in DOCKERFILE


def test_no_password_stands_in_any_file() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            assert not SECRET.search(name) or re.fullmatch(r"\$\{\w+(:\?[^}]+|:-)\}", value), name
            assert not re.search(r"://[^$/@]*:[^$/@]+@", str(value)), name
    example = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")

    assert re.findall(r"^[A-Z_]+=(.+)$", example, flags=re.MULTILINE) == []


def test_every_setting_that_a_container_is_given_is_one() -> None:
    known = {f"CLOSELINE_{name.upper()}" for name in type(read_settings()).model_fields} | {"PROMETHEUS_MULTIPROC_DIR"}
    given = {name for service in OURS.values() for name in service["environment"]}
    in_image = set(re.findall(r"\b(CLOSELINE_[A-Z_]+)=", DOCKERFILE))

    assert (given | in_image) - known == set()


def test_the_server_s_tools_in_the_image_are_of_the_server_s_version() -> None:
    [server] = re.findall(r"postgres:(\d+)", COMPOSE["services"]["postgres"]["image"])

    assert f"postgresql-client-{server}" in DOCKERFILE


def test_every_figure_of_the_dashboard_is_one_that_is_scraped() -> None:
    meter = PrometheusMeter()
    for tell in (meter.call, meter.job, meter.cache, meter.transaction):
        tell("of_a_test", "ok", 0.1)
    meter.batch("of_a_test", 1, "ok", 0.1)
    scraped = set(re.findall(r"^(closeline_\w+?)\{", meter.text().decode(), flags=re.MULTILINE)) | set(TEXTS)
    shown = {
        name
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", [])
        for name in re.findall(r"closeline_\w+", target["expr"])
    }

    assert len(shown) > 10
    assert shown - scraped == set()
