"""The Telegram channel: a pick becomes a message, and a notice edits that message and answers it."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from closeline.domain.errors import BadInput, BadSetting, InsideTransaction
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import OutcomeUnknown, Receipt, SurelyNotSent
from closeline.domain.publishing.labels import units
from closeline.domain.publishing.messages import TEXT_UNITS_MAX
from closeline.domain.publishing.pacing import Paced, remembered, wait_before
from closeline.providers.fetch.network import Elapsed
from closeline.providers.strict_json import loads
from closeline.providers.telegram.bot import Bot, Refusal, moment_of

log = structlog.get_logger()

NAME = "telegram"
# A longer wait than this is not slept through: the message goes back and comes again.
_SLEEP_MOST = 5.0
_UNCHANGED = "message is not modified"
_GONE = ("message to edit not found", "message can't be edited")
_CHAT_IS_USERNAME = "@"


class TelegramChannel:
    """One chat that gets every pick. The API knows no key for a message, so the same one twice arrives twice."""

    name = NAME
    repeatable = False

    def __init__(
        self, bot: Bot, chat: str, elapsed: Elapsed, sleep: Callable[[float], None], inside: Callable[[], bool]
    ) -> None:
        """Write to a chat, named by its number or as @name; raises BadSetting for anything else.

        inside: says whether this thread holds a transaction open.
        """
        if not is_chat(chat):
            raise BadSetting("telegram_chat must be the number of a chat, or @name, was another")
        self._bot, self._chat, self._elapsed, self._sleep, self._inside = bot, chat, elapsed, sleep, inside
        self._past: list[Paced] = []
        self._held_until = 0.0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        """Name the chat."""
        return f"TelegramChannel({self._chat})"

    def send(self, message: Message) -> Receipt:
        """Send a message; of a notice, first edit what it answers. Raises SurelyNotSent or OutcomeUnknown."""
        if self._inside():
            raise InsideTransaction
        said = _document(message.payload)
        if message.answers is not None and message.edited:
            self._edit(message.answers, _document(message.edited))
        return self._post(said, message.answers)

    def _post(self, said: Mapping[str, object], answers: Receipt | None) -> Receipt:
        try:
            return _receipt(self._call("sendMessage", self._chat, _answering(said, self._chat, answers)))
        except Refusal as refused:
            if not refused.moved_to:
                raise
            log.warning("telegram_chat_moved", chat=self._chat, moved_to=refused.moved_to)
            self._chat = refused.moved_to
        return _receipt(self._call("sendMessage", self._chat, _answering(said, self._chat, answers)))

    def _edit(self, sent: Receipt, said: Mapping[str, object]) -> None:
        """Edit a message: twice is once, so whatever is unknown about it is no reason to doubt the notice."""
        document = {**said, "chat_id": _chat_id(sent.chat), "message_id": int(sent.message_id)}
        try:
            self._call("editMessageText", sent.chat, document)
        except Refusal as refused:
            words = refused.description.lower()
            if _UNCHANGED in words:
                return
            if refused.moved_to or any(gone in words for gone in _GONE):
                log.warning("telegram_not_edited", message_id=sent.message_id, fault=refused.reason)
                return
            raise
        except OutcomeUnknown as fault:
            raise SurelyNotSent(f"notice was not sent yet, the edit before it is unknown: {fault.reason}") from None

    def _call(self, method: str, chat: str, document: Mapping[str, object]) -> object:
        self._wait(chat)
        try:
            return self._bot.call(method, document)
        except Refusal as refused:
            if refused.retry_after is not None:
                self._held_until = self._elapsed() + refused.retry_after.total_seconds()
            raise

    def _wait(self, chat: str) -> None:
        """Keep the pace of the chat; raises SurelyNotSent where that takes longer than is worth waiting for."""
        with self._lock:
            now = self._elapsed()
            self._past = remembered(self._past, now)
            wait = wait_before(self._past, chat, now, held_until=self._held_until)
            if wait <= _SLEEP_MOST:
                self._past.append(Paced(now + wait, chat))
        if wait > _SLEEP_MOST:
            raise SurelyNotSent("chat must be left alone for a while", timedelta(seconds=wait))
        if wait > 0:
            self._sleep(wait)


def is_chat(text: str) -> bool:
    """Say whether a text names a chat."""
    name = text.removeprefix(_CHAT_IS_USERNAME)
    if text.startswith(_CHAT_IS_USERNAME):
        return name.isascii() and name.replace("_", "").isalnum() and len(name) <= 32
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 20


def _chat_id(chat: str) -> int | str:
    return chat if chat.startswith(_CHAT_IS_USERNAME) else int(chat)


def _document(payload: str) -> dict[str, object]:
    """Return the text of a payload and its entities; raises SurelyNotSent for one that no chat takes."""
    try:
        told = loads(payload.encode(), "payload")
    except BadInput as fault:
        raise SurelyNotSent(f"payload must be JSON, was not: {fault}") from None
    text = told.get("text") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(text, str) or not 1 <= units(text) <= TEXT_UNITS_MAX:
        raise SurelyNotSent(f"text must have 1 to {TEXT_UNITS_MAX} units of UTF-16, had not")
    return {"text": text, "entities": told.get("entities") or [], "link_preview_options": {"is_disabled": True}}


def _answering(said: Mapping[str, object], chat: str, answers: Receipt | None) -> dict[str, object]:
    found = {**said, "chat_id": _chat_id(chat)}
    if answers is not None:
        # A message that was deleted meanwhile, or that stayed in the old chat, is no reason to say nothing.
        found["reply_parameters"] = {"message_id": int(answers.message_id), "allow_sending_without_reply": True}
    return found


def _receipt(result: object) -> Receipt:
    """Return what the API says of a message; raises OutcomeUnknown where it cannot be read: it may be there."""
    told = result if isinstance(result, dict) else {}
    number, sent, chat = told.get("message_id"), moment_of(told.get("date")), told.get("chat")
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    if not isinstance(number, int) or not isinstance(chat_id, int) or sent is None:
        raise OutcomeUnknown("Bot API must tell the message that it sent, did not")
    return Receipt(str(number), str(chat_id), sent)
