"""Chats: the Telegram channel and who reads it, as the settings name them."""

import time

from closeline.config import Settings
from closeline.domain.errors import BadSetting
from closeline.domain.ports import Channel, Observer
from closeline.providers.telegram.bot import Address, Bot
from closeline.providers.telegram.channel import TelegramChannel, is_chat
from closeline.providers.telegram.observer import TelegramObserver
from closeline.store.session import inside_transaction
from closeline.wiring.carriers import FreshSecret


def chats(settings: Settings) -> tuple[Channel, ...]:
    """Return the Telegram channel where the settings name a bot and a chat; raises BadSetting for half of it."""
    if settings.telegram_token is None and settings.telegram_chat is None:
        return ()
    if settings.telegram_token is None or settings.telegram_chat is None or not is_chat(settings.telegram_chat):
        raise BadSetting(
            "settings telegram_token and telegram_chat must come together, the chat as its number or as @name, did "
            "not; set CLOSELINE_TELEGRAM_TOKEN and CLOSELINE_TELEGRAM_CHAT"
        )
    bot = Bot(Address(settings.telegram_url), FreshSecret(settings, "telegram_token"), time.monotonic)
    return (TelegramChannel(bot, settings.telegram_chat, time.monotonic, time.sleep, inside_transaction),)


def observers(settings: Settings) -> tuple[Observer, ...]:
    """Return who reads the Telegram chat, where the settings name a second bot; raises BadSetting for the same one."""
    if settings.telegram_observer_token is None:
        return ()
    if settings.telegram_chat is None or settings.telegram_observer_token == settings.telegram_token:
        raise BadSetting(
            "setting telegram_observer_token must be that of a second bot in telegram_chat, was not; "
            "set CLOSELINE_TELEGRAM_OBSERVER_TOKEN"
        )
    bot = Bot(Address(settings.telegram_url), FreshSecret(settings, "telegram_observer_token"), time.monotonic)
    return (TelegramObserver(bot, settings.telegram_chat),)
