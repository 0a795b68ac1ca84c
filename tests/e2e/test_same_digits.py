"""A matrix library sums in the order that its processor likes; what is kept of a fit or a game is the same anyway."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from closeline.domain import digits

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from datetime import UTC, datetime
import numpy as np
from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.leagues import League
from closeline.maths.calibrate import IDENTITY
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.decomposition import from_game, production
from closeline.maths.simulate.simulation import prepare
from closeline.maths.simulate.sport import Levels, Rules
from closeline.maths.trial import try_out
from closeline.store import packaged

generator, rules = np.random.default_rng(7), Rules(2015)
for size in (1_000, 3_000, 9_000):
    p = generator.uniform(0.2, 0.8, size)
    trial = try_out(
        p, (generator.random(size) < p**1.3).astype(float), 738_000 + np.arange(size) // 6, active=IDENTITY,
        generator=np.random.default_rng(1),
    )
    print(trial.fitted.to_json(), trial.evidence)
for league, margin, total in ((League.NBA, 4.2, 208.3), (League.NFL, -3.1, 44.7), (League.MLB, 0.4, 8.6)):
    model = read_artefact(packaged.read_artefact(f"simulation_{league}.json").decode()).model
    average = production(model.sport.nights(Levels(), rules))
    for step in range(4):
        means = margin + 0.3 * step, total - 0.2 * step
        game = prepare(model, rules, *means).game
        parts = [Adjustment(AdjustmentName.BASE_RATING, *means, "test", None)]
        made = from_game(game, average, parts, league=league, team_total_sd=model.team_total_sd, margin=means[0],
                         total=means[1])
        print(made.kept().to_json())
"""


def printed(core, script=SCRIPT):
    """Run the script in a process whose matrix library believes in another processor; ignored where it has no such."""
    environment = os.environ | {"OPENBLAS_CORETYPE": core, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def here():
    return printed("Prescott")


def test_another_processor_keeps_the_same_maps_the_same_evidence_and_the_same_decompositions(here):
    assert here.count("\n") == 15
    assert printed("Haswell") == here


@pytest.mark.parametrize(("value", "kept"), [(0.1 + 0.2, 0.3), (41.29473631161094, 41.294736312)])
def test_a_fit_is_kept_to_nine_decimals(value, kept):
    assert digits.of_fit(value) == kept


@pytest.mark.parametrize("kept", [digits.of_fit, digits.of_formula])
@pytest.mark.parametrize("value", [-0.0, -1e-13, 1e-13])
def test_what_rounds_to_nought_has_no_sign(kept, value):
    assert str(kept(value)) == "0.0"


def test_a_formula_is_kept_to_twelve_decimals():
    assert digits.of_formula(1 / 3) == 0.333333333333
