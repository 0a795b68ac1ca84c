"""Rendering: frozen terms become what each channel carries, one template for each, none of them with other terms.

app, file   the terms, with the text and the notice beside them, as one JSON object
webhook     the same under an id that makes it harmless to be told twice
telegram    a text and its `entities`; never a parse_mode, so nothing that a name holds can become markup
mail        a subject and a text
"""

from collections.abc import Callable
from dataclasses import dataclass

from closeline.domain.ids import canonical_json
from closeline.domain.publishing import messages
from closeline.domain.publishing.delivery import MessageKind
from closeline.domain.publishing.messages import Terms, Text


def rendered(terms: Terms, *, channel: str, kind: MessageKind, reason: str, notice: str) -> str:
    """Return the payload of a message: for good, because a message that is sent again is the same bytes.

    terms: of the publication, frozen. reason: why it no longer holds; empty for a POST. notice: see `Notice.text`.
    A channel that has no template of its own carries what a file does.
    """
    lines = messages.pick_lines(terms) if kind is MessageKind.POST else messages.notice_lines(terms, kind, reason)
    return _payload(channel, _Told(terms, kind, reason, notice, messages.written(lines, notice)))


def edited(terms: Terms, *, channel: str, kind: MessageKind, reason: str, notice: str) -> str:
    """Return what the message of a pick says from now on, in the form of the channel's POST; see `rendered`."""
    body = messages.written(messages.edited_lines(terms, kind, reason), notice)
    return _payload(channel, _Told(terms, kind, reason, notice, body))


@dataclass(frozen=True, slots=True)
class _Told:
    """All that a template may say."""

    terms: Terms
    kind: MessageKind
    reason: str
    notice: str
    body: Text


def _payload(channel: str, told: _Told) -> str:
    return canonical_json(_TEMPLATES.get(channel, _document)(told))


def _document(told: _Told) -> dict[str, object]:
    said = {"kind": told.kind, "reason": told.reason, "text": told.body.text, "notice": told.notice}
    return {**told.terms, "visible_id": messages.visible_id(str(told.terms["pick_id"])), **said}


def _webhook(told: _Told) -> dict[str, object]:
    return {"id": f"{told.terms['pick_id']}:{told.kind}", **_document(told)}


def _telegram(told: _Told) -> dict[str, object]:
    bold = [{"type": "bold", "offset": part.offset, "length": part.length} for part in told.body.bold]
    return {"text": told.body.text, "entities": bold}


def _mail(told: _Told) -> dict[str, object]:
    first, second, *_ = told.body.text.splitlines()
    return {"subject": f"{first}: {second}", "text": told.body.text}


_TEMPLATES: dict[str, Callable[[_Told], dict[str, object]]] = {
    "telegram": _telegram, "webhook": _webhook, "mail": _mail,
}  # fmt: skip
