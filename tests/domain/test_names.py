"""The fold of spellings."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.identity.names import fold

ZERO_WIDTH, RIGHT_TO_LEFT = "\u200b", "\u200f"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("San Antonio", "SanAntonio"),
        ("St. John's", "St Johns"),
        ("TEXAS A&M", "Texas A & M"),
        ("Arkansas-Pine Bluff", "Arkansas Pine Bluff"),
        ("Miami (OH)", "Miami OH"),
        ("Hawai’i", "Hawai'i"),
        (unicodedata.normalize("NFD", "San José State"), "San José State"),
        (f"Lakers{ZERO_WIDTH}{RIGHT_TO_LEFT}", "lakers"),
    ],
)
def test_punctuation_case_spaces_and_composition_do_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Washington", "Washington St"),
        ("Miami (OH)", "Miami (FL)"),
        ("San José State", "San Jose State"),
        ("Lakers", "L\u0430kers"),
        ("Lakers", "Lakers\U0001f3c0"),
        ("Texas", "Texas+"),
    ],
)
def test_letters_accents_and_symbols_count(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
