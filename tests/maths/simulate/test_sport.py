"""What the rules of a season say of its play-offs, asked of every league's packaged model."""

import pytest

from closeline.domain.leagues import League
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.sport import playoffs_differ
from closeline.store import packaged


@pytest.mark.parametrize(
    ("league", "season", "differ"),
    [
        (League.NFL, 2011, True), (League.NFL, 2025, True), (League.NHL, 2010, True), (League.NHL, 2024, True),
        (League.MLB, 2019, False), (League.MLB, 2020, True), (League.NBA, 2024, False), (League.NCAAB, 2024, False),
        (League.NCAAF, 2024, False),
    ],
)  # fmt: skip
def test_play_offs_have_their_own_rules_in_some_leagues_and_seasons(league: League, season: int, differ: bool) -> None:
    model = read_artefact(packaged.read_artefact(f"simulation_{league}.json").decode()).model

    assert playoffs_differ(model.sport, season) is differ
