"""The observer: a second bot, a member of the chat, that reads what the first one wrote.

Updates are forgotten by the API when a later number is asked for. So the number goes up only past what is in the
record, or past what was none of ours.
"""

from collections.abc import Iterator

from closeline.domain.ports import Look, Sighting
from closeline.domain.publishing.delivery import OutcomeUnknown, SurelyNotSent
from closeline.providers.telegram.bot import Bot, moment_of
from closeline.providers.telegram.channel import NAME

PAGE = 100
_PAGES_MOST = 10


class TelegramObserver:
    """Reads one chat."""

    channel = NAME

    def __init__(self, bot: Bot, chat: str) -> None:
        """Read a chat, named by its number or as @name."""
        self._bot, self._chats = bot, {chat.lower()}

    def look(self, after: int) -> Look:
        """Return the messages of the chat after a number; whatever goes wrong is told as a value."""
        until = after
        for _ in range(_PAGES_MOST):
            try:
                updates = _updates(self._bot.call("getUpdates", {
                    "offset": until + 1, "limit": PAGE, "timeout": 0, "allowed_updates": ["channel_post", "message"],
                }))  # fmt: skip
            except (SurelyNotSent, OutcomeUnknown) as fault:
                return Look((), until, whole=False, fault=fault.reason)
            seen = tuple(self._seen(updates))
            until = max((number for number, _ in updates), default=until)
            if seen or len(updates) < PAGE:
                return Look(seen, until, whole=len(updates) < PAGE)
        return Look((), until, whole=False, fault="chat must be read to its end, there was too much")

    def _seen(self, updates: list[tuple[int, dict[str, object]]]) -> Iterator[Sighting]:
        for number, update in updates:
            message = update.get("channel_post") or update.get("message")
            if not isinstance(message, dict) or not self._is_ours(message.get("chat")):
                continue
            moved = message.get("migrate_to_chat_id")
            if isinstance(moved, int):
                self._chats.add(str(moved))
            yield from _sighting(number, message)

    def _is_ours(self, chat: object) -> bool:
        told = chat if isinstance(chat, dict) else {}
        return str(told.get("id")) in self._chats or f"@{told.get('username')}".lower() in self._chats


def _sighting(number: int, message: dict[str, object]) -> Iterator[Sighting]:
    text, name, chat, sent = message.get("text"), message.get("message_id"), message.get("chat"), message.get("date")
    at = moment_of(sent)
    if isinstance(text, str) and isinstance(name, int) and at is not None and isinstance(chat, dict):
        yield Sighting(number, str(chat.get("id")), str(name), text, at)


def _updates(result: object) -> list[tuple[int, dict[str, object]]]:
    """Return numbered updates; raises OutcomeUnknown for what is none: then nobody has looked."""
    if not isinstance(result, list):
        raise OutcomeUnknown("Bot API must list the updates, did not")
    found = [(item.get("update_id"), item) for item in result if isinstance(item, dict)]
    if len(found) < len(result) or any(not isinstance(number, int) for number, _ in found):
        raise OutcomeUnknown("Bot API must number the updates, did not")
    return [(number, item) for number, item in found if isinstance(number, int)]
