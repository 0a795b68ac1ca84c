"""The notice: its words are the house's to set, and unset they name no law and no organisation."""

import re

import pytest

from closeline.domain.governance.notices import Notice


def test_unset_it_tells_age_law_and_help_and_names_nobody() -> None:
    said = Notice().text

    assert said.startswith("18+ only.")
    assert "legal for you" in said
    assert "afford to lose" in said
    assert "promises nothing" in said
    assert re.findall(r"https?:|\d{3}", said) == []
    # Sentences begin with capitals; no name of a country or of an organisation stands between them.
    assert set(re.findall(r"(?<![.:] )(?<!^)\b[A-Z]\w+", said)) == set()


def test_every_part_can_be_set() -> None:
    said = Notice(21, "Only in Freedonia.", "Call 123.", "https://help.example/").text

    assert said.startswith("21+ only. Only in Freedonia. Call 123. https://help.example/ ")


@pytest.mark.parametrize(
    "bad",
    [
        {"minimum_age": 17}, {"minimum_age": 100}, {"jurisdictions": " "}, {"help_text": ""}, {"help_text": "a\nb"},
        {"jurisdictions": "x" * 301}, {"help_url": "http://help.example"}, {"help_url": "https://a b"},
    ],
)  # fmt: skip
def test_what_would_be_no_notice_is_refused(bad) -> None:
    with pytest.raises(ValueError, match="notice_"):
        Notice(**bad)
