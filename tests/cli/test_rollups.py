"""`closeline rollups`: the sums can be made anew at any time, and what is shown does not depend on them."""

import json
from collections import Counter

import pytest

from tests.cli.running import answer, closeline, fault


def test_what_is_shown_is_the_same_before_and_after_a_rebuild(played: str) -> None:
    before = answer("rollups", "show", "--by", "market,tier", "--db", played)
    made = answer("rollups", "rebuild", "--db", played)
    again = answer("rollups", "rebuild", "--league", "nba", "--db", played)

    assert made["picks"] == again["picks"] > 0
    assert made["cells"] == again["cells"]
    assert answer("rollups", "show", "--by", "market,tier", "--db", played) == before
    assert before["tested"] == len(before["rows"]) > 1


def test_a_past_date_gives_the_figures_of_that_date(played: str) -> None:
    now = answer("rollups", "show", "--db", played)["rows"][0]
    end = answer("rollups", "show", "--db", played, "--as-of", "2099-01-01")["rows"][0]
    nothing = answer("rollups", "show", "--db", played, "--as-of", "2000-01-01")

    assert end == now
    assert nothing["rows"] == []
    assert nothing["as_of"] == "2000-01-01T23:59:59.999999Z"


def test_days_add_up(played: str) -> None:
    whole = answer("rollups", "show", "--only", "all", "--db", played)["rows"][0]
    picks = json.loads(closeline("picks", "list", "--leans", "--limit", "0", "--db", played, "--json").stdout)["picks"]
    counted = Counter(item["result"] for item in picks)
    days = sorted({item["published_at"][:10] for item in picks})
    early = answer("rollups", "show", "--only", "all", "--to", days[4], "--db", played)["rows"][0]
    late = answer("rollups", "show", "--only", "all", "--from", days[5], "--db", played)["rows"][0]

    assert (whole["wins"], whole["losses"], whole["pushes"]) == (counted["WIN"], counted["LOSS"], counted["PUSH"])
    assert whole["units"] == pytest.approx(sum(item["units"] for item in picks if item["units"]))
    assert early["graded"] + late["graded"] == whole["graded"]


def test_the_distribution_counts_every_pick_with_a_close(played: str) -> None:
    found = answer("rollups", "clv", "--db", played)
    shown = answer("rollups", "show", "--by", "decision", "--db", played)["rows"][0]

    assert found["n"] == sum(item["n"] for item in found["bins"]) == shown["clv"]["value"]["n"] > 0
    assert found["value"] == shown["clv"]["value"]
    assert found["quantiles"]["0.50"] == pytest.approx(found["median"])


def test_a_person_gets_tables(played: str) -> None:
    shown = closeline("rollups", "show", "--by", "tier", "--db", played).stdout
    spread = closeline("rollups", "clv", "--db", played).stdout

    assert "cohorts were looked at; at a false discovery rate of 10 %" in shown
    assert "quantiles  0.01" in spread
    assert "nba: " in closeline("rollups", "rebuild", "--league", "nba", "--db", played).stdout


def test_one_cohort_is_one(played: str) -> None:
    assert "1 cohort was looked at" in closeline("rollups", "show", "--by", "league", "--db", played).stdout


def test_an_empty_record_says_so(record: str) -> None:
    assert "nothing published" in closeline("rollups", "show", "--db", record).stdout
    assert "no pick with a close" in closeline("rollups", "clv", "--db", record).stdout
    assert answer("rollups", "rebuild", "--db", record) == {"league": None, "days": 0, "picks": 0, "cells": 0}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "--from", "2024-01-01", "--to", "2023-01-01"), "--to must not be before --from 2024-01-01, was 2023"),
        (("clv", "--from", "2024-01-01", "--to", "2023-01-01"), "--to must not be before --from 2024-01-01, was 2023"),
        (("show", "--by", "colour"), "dimension must be one of league, market"),
        (("show", "--only", "tier=D"), "tier must be A, B, C, none, was 'D'"),
        (("clv", "--only", "nba"), "such as league=nba"),
    ],
)
def test_what_names_no_cohort_is_told_in_one_line(record: str, words: tuple[str, ...], says: str) -> None:
    code, line = fault("rollups", *words, "--db", record)

    assert code == 2
    assert says in line
