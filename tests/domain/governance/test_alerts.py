"""Alerts: every kind that the program raises has its line: how bad, who is told, how it ends, what it does by itself."""

import ast
from pathlib import Path

import pytest

import closeline
from closeline.domain.gates.bias import BIAS_ACTUAL
from closeline.domain.governance.alerts import ALERTS, ROUTES, Ends, Route, Severity, kind_of
from closeline.domain.governance.modes import RULES

SOURCE = Path(closeline.__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
# What was asked for by name.
ASKED = (
    "PROVIDER_ID_MISSING", "CLOSE_SNAPSHOT_MISSING", "MAPPING_DRIFT", "FEED_STALE", "SIM_FAIL", "DIRECTION_MISMATCH",
    "INTEGRITY_BLOCKED", "MODEL_BIAS", "SLATE_SKEW", "GRADING_LATE", "TOO_GOOD",
)  # fmt: skip
RAISERS = frozenset({"Alert", "meet", "_meet"})
# Where an alert is told its kind.
KIND = 2


def constants(tree):
    """Give the upper-case names of a module that are bound to a text."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def raised():
    """Give every kind that a call of the source names when it raises an alert."""
    found = set()
    trees = [ast.parse(path.read_text()) for path in SOURCE.rglob("*.py")]
    # A kind may be imported from where it is named.
    everywhere = {name: value for tree in trees for name, value in constants(tree).items()}
    for tree in trees:
        known = constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in RAISERS:
                names = [item.id for item in node.args if isinstance(item, ast.Name)]
                found |= {known[name] for name in names if name in known}
            if called == "Alert":
                kinds = [item.id for item in node.args[KIND : KIND + 1] if isinstance(item, ast.Name)]
                found |= {everywhere[name] for name in kinds if name in everywhere}
    return found


def test_every_kind_that_was_asked_for_has_its_line():
    assert set(ASKED) <= set(ALERTS)


def test_every_kind_that_the_source_raises_by_name_has_its_line():
    found = raised()

    assert {"FEED_STALE", "SIM_FAIL", "TOO_GOOD", "JOB_OVERDUE", "GRADE_LATE", "QUOTA_LOW"} <= found
    assert {"DELIVERY_MISSED", "PICK_INVALIDATED"} <= found
    assert found - set(ALERTS) == set()


def test_every_kind_has_a_meaning_a_severity_with_routes_and_a_place_in_the_runbook():
    for kind, item in ALERTS.items():
        assert kind == item.kind
        assert item.meaning
        assert item.routes == ROUTES[item.severity]
        assert item.runbook == f"docs/operations.md#{kind.lower()}"


def runbook():
    """Give the paragraphs below each heading of the runbook."""
    text = PAGE.read_text().partition("## Runbook")[2]
    parts = [part.partition("\n") for part in text.split("\n### ")[1:]]
    return {name.strip(): " ".join(body.split()) for name, _, body in parts}


def test_every_kind_has_its_place_in_the_runbook_and_every_place_its_kind():
    assert sorted(runbook()) == sorted(ALERTS)


@pytest.mark.parametrize("kind", ALERTS)
def test_the_runbook_says_how_bad_a_kind_is_how_it_ends_what_it_does_and_what_to_do(kind):
    item, text = ALERTS[kind], runbook()[kind]
    ends = "Ends by its rule." if item.ends is Ends.BY_RULE else "Ends by hand."
    acts = f" By itself: {item.acts}." if item.acts else ""
    said = f"{item.severity}: {item.meaning}. {ends}{acts}"

    assert text.startswith(said)
    assert len(text) > len(said) + 20


def test_the_worse_an_alert_the_more_are_told():
    order = [set(ROUTES[severity]) for severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL)]

    assert order[0] < order[1] < order[2]
    assert Route.LIST in order[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.cause)
def test_what_opens_a_switch_by_itself_is_a_critical_alert_that_its_rule_ends(rule):
    item = ALERTS[rule.cause]

    assert item.severity is Severity.CRITICAL
    assert item.ends is Ends.BY_RULE
    assert "kill switch" in item.acts


def test_a_kind_without_a_line_is_told_all_the_same_and_ends_by_hand():
    found = kind_of("NEVER_HEARD_OF")

    assert (found.severity, found.ends) == (Severity.WARNING, Ends.BY_HAND)
    assert BIAS_ACTUAL in ALERTS
