"""What a publication says, in words: one text for a pick and for what becomes of it, whoever carries it.

The same frozen terms always give the same text. What is bold is told apart from the text, by offsets in units of
UTF-16, so nothing that stands in a name can become markup. Every field has an end, so the text never has to be cut.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from closeline.domain.publishing.delivery import MessageKind
from closeline.domain.publishing.labels import bounded, units

# The version of the wording below: it is frozen with the terms, so that a text can be made again.
TEMPLATE = "pick-v2"
TEXT_UNITS_MAX = 4096
_VISIBLE = 8
# Labels are made of names that have an end, so that none reaches this; a reason may.
_FIELD_UNITS_MAX = 300
# A sign that is not seen and does not break a line: chats make links of @names, #words, /commands and domains.
_JOINER = "\u2060"
_LINKED = re.compile(r"[@#./](?=[^\W\d_])|:(?=/)")

Terms = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Bold:
    """A part of a text that is bold: where it starts and how long it is, in units of UTF-16."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text with what is bold in it."""

    text: str
    bold: tuple[Bold, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text."""

    words: str
    bold: bool = False


def visible_id(pick_id: str) -> str:
    """Return the short form of a pick's name that people and reconcilers look for, such as `#P-1f3a90c2`."""
    return f"#P-{pick_id[:_VISIBLE]}"


def pick_lines(terms: Terms) -> list[Line]:
    """Return what is said of a pick when it goes out."""
    pick_id = str(terms["pick_id"])
    replaced = str(terms.get("supersedes") or "")
    return [
        Line(f"{_standing(terms)} {visible_id(pick_id)}", bold=True),
        Line(_told(terms["label"]), bold=True),
        *([Line(_told(f"{str(terms['league']).upper()}, {terms['game']}"))] if terms.get("game") else []),
        Line(f"Price {_told(terms['price'])} at {_told(terms['book'])}{_assumed(terms)}"),
        Line(f"Stake {float(str(terms['units'])):g} units"),
        Line(f"Starts {_moment(str(terms['starts_at']))}"),
        *([Line(f"Replaces {visible_id(replaced)}")] if replaced else []),
        *([Line(f"Because: {_told(_reasons(terms))}")] if _reasons(terms) else []),
        Line(f"Wording {_told(terms.get('template_version') or TEMPLATE)}"),
    ]


def notice_lines(terms: Terms, kind: MessageKind, reason: str) -> list[Line]:
    """Return what is said, in a message of its own, when a pick that went out no longer holds."""
    return [
        Line(f"{_ENDED[kind]} {visible_id(str(terms['pick_id']))}", bold=True),
        Line(_told(terms["label"]), bold=True),
        Line(f"It was {_told(terms['price'])} at {_told(terms['book'])}{_assumed(terms)}."),
        Line(f"{_MEANS[kind]} Because: {_told(reason) or 'no reason was given'}"),
    ]


def edited_lines(terms: Terms, kind: MessageKind, reason: str) -> list[Line]:
    """Return what the message of a pick says from now on: that it no longer holds, and its terms as they were."""
    return [Line(f"{_ENDED[kind]}: {_told(reason) or 'no reason was given'}", bold=True), *pick_lines(terms)]


def written(lines: Iterable[Line], notice: str) -> Text:
    """Return lines and the notice below them as one text. Raises ValueError for one that no channel would carry."""
    text, bold = "", []
    for line in lines:
        if line.bold:
            bold.append(Bold(units(text), units(line.words)))
        text += f"{line.words}\n"
    text += f"\n{notice}" if notice else ""
    text = text.rstrip()
    if units(text) > TEXT_UNITS_MAX:
        raise ValueError(f"text of a message must have at most {TEXT_UNITS_MAX} units of UTF-16, had {units(text)}")
    return Text(text, tuple(bold))


_ENDED = {MessageKind.VOIDED: "VOID", MessageKind.SUPERSEDED: "SUPERSEDED"}
_MEANS = {
    MessageKind.VOIDED: "The pick is void and no longer counts.",
    MessageKind.SUPERSEDED: "The pick no longer holds; one in its place is published with its own terms.",
}


def _standing(terms: Terms) -> str:
    return "PICK" if terms["decision"] == "PICK" else "LEAN, not an official pick"


def _assumed(terms: Terms) -> str:
    return " (assumed, perhaps offered by nobody)" if terms.get("price_assumed") else ""


def _reasons(terms: Terms) -> str:
    found = terms.get("reasons")
    return ", ".join(map(str, found)) if isinstance(found, list | tuple) else ""


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _told(value: object) -> str:
    """Return what strangers may have written: printable, of bounded length, and no link in any chat."""
    return _LINKED.sub(lambda found: f"{found[0]}{_JOINER}", bounded(str(value), _FIELD_UNITS_MAX))
