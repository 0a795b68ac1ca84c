"""Telegram: a message and its receipt, what is surely not sent, what may have been, and no token anywhere."""

import json
import logging
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadSetting, InsideTransaction
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import MessageKind, OutcomeUnknown, Receipt, SurelyNotSent
from closeline.domain.publishing.messages import TEXT_UNITS_MAX
from closeline.providers.fetch.exchange import Timeouts
from closeline.providers.simulator.bot_api import (
    CHAT,
    DESK_BOT,
    OBSERVER_BOT,
    Fault,
    SimulatedBotApi,
    Trouble,
    running,
)
from closeline.providers.telegram.bot import Address, Bot, moment_of
from closeline.providers.telegram.channel import TelegramChannel
from closeline.providers.telegram.observer import PAGE, TelegramObserver

NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
SURE = [
    (Trouble.TOO_FAST, timedelta(seconds=34)), (Trouble.BAD_REQUEST, None), (Trouble.FORBIDDEN, None),
    (Trouble.REVOKED, None),
]  # fmt: skip
UNSURE = [Trouble.SERVER_FAULT, Trouble.DONE_THEN_FAULT, Trouble.REPLY_LOST, Trouble.RESET, Trouble.GARBAGE]


def said(text="PICK #P-1f3a90c2", entities=()):
    return json.dumps({"text": text, "entities": list(entities)})


POST = Message("1f3a90c2", said("PICK #P-1f3a90c2\nLakers -3.5"))


class Desk:
    """A channel and an observer on one simulated chat, with seconds that pass only while somebody sleeps."""

    def __init__(self, api, address, *, chat=CHAT, inside=False, timeouts=None):
        self.api, self.seconds, self.slept = api, 0.0, []
        more = {"timeouts": timeouts} if timeouts else {}
        self.bot = Bot(Address(address), lambda: DESK_BOT, self.elapsed, **more)
        self.channel = TelegramChannel(self.bot, chat, self.elapsed, self.sleep, lambda: inside)
        self.observer = TelegramObserver(Bot(Address(address), lambda: OBSERVER_BOT, self.elapsed), chat)

    def elapsed(self):
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def send(self, message=POST):
        self.seconds += 2.0
        return self.channel.send(message)


@contextmanager
def a_desk(*faults, **more):
    api = SimulatedBotApi(FixedClock(NOW), faults=faults)
    with running(api) as address:
        yield Desk(api, address, **more)


def test_a_message_arrives_with_its_entities_and_gets_a_receipt():
    bold = {"type": "bold", "offset": 0, "length": 4}
    with a_desk() as desk:
        receipt = desk.send(Message("p", said(entities=[bold])))
        (posted,) = desk.api.posted

    assert receipt == Receipt("1", CHAT, NOW)
    assert (posted.text, posted.entities) == ("PICK #P-1f3a90c2", [bold])
    assert all("parse_mode" not in document for _, document in desk.api.asked)


@pytest.mark.parametrize("text", ["<b>x</b>", "[x](tg://user?id=1)", "_*`~", "&amp;", "\U0001f3c0" * 2048])
def test_no_text_becomes_markup(text):
    with a_desk() as desk:
        desk.send(Message("p", said(text)))

        assert desk.api.texts() == [text]


@pytest.mark.parametrize("text", ["", "x" * (TEXT_UNITS_MAX + 1), "\U0001f3c0" * 2048 + "x"])
def test_a_text_that_no_chat_takes_is_not_sent(text):
    with a_desk() as desk, pytest.raises(SurelyNotSent, match="4096 units"):
        desk.send(Message("p", said(text)))

    assert desk.api.asked == []


@pytest.mark.parametrize(("trouble", "wait"), SURE)
def test_a_refusal_is_surely_not_sent(trouble, wait):
    with a_desk(Fault(trouble, 34)) as desk, pytest.raises(SurelyNotSent) as told:
        desk.send()

    assert told.value.retry_after == wait
    assert desk.api.posted == []


@pytest.mark.parametrize("trouble", UNSURE)
def test_whatever_is_no_refusal_may_have_been_sent(trouble):
    with a_desk(Fault(trouble)) as desk, pytest.raises(OutcomeUnknown):
        desk.send()


def test_an_answer_that_comes_too_late_may_have_been_sent_and_here_it_was():
    with a_desk(Fault(Trouble.SLOW, 30), timeouts=Timeouts(1.0, 0.05)) as desk:
        with pytest.raises(OutcomeUnknown, match="in time"):
            desk.send()

        assert len(desk.api.posted) == 1


def test_a_host_that_cannot_be_reached_has_surely_got_nothing():
    with a_desk() as desk:
        pass
    with pytest.raises(SurelyNotSent, match="reachable"):
        desk.send()


def test_the_twin_that_takes_a_lost_answer_for_a_refusal_sends_twice():
    def blindly(desk):
        try:
            desk.send()
        except OutcomeUnknown:
            desk.send()

    with a_desk(Fault(Trouble.REPLY_LOST)) as desk:
        blindly(desk)

        assert len(desk.api.posted) == 2


def test_a_notice_edits_the_message_and_answers_it():
    with a_desk() as desk:
        receipt = desk.send()
        notice = Message("p", said("VOID #P-1f3a90c2"), MessageKind.VOIDED, receipt, said("VOID: injured"))
        desk.send(notice)
        assert desk.api.texts() == ["VOID: injured", "VOID #P-1f3a90c2"]
        assert desk.api.posted[1].answers == int(receipt.message_id)
        desk.send(notice)

    assert desk.api.posted[0].edits == ["VOID: injured"]


def test_a_message_that_is_gone_still_gets_its_notice():
    with a_desk() as desk:
        desk.send(Message("p", said("VOID"), MessageKind.VOIDED, Receipt("99", CHAT), said("VOID: injured")))

        assert desk.api.texts() == ["VOID"]


@pytest.mark.parametrize("trouble", [Trouble.REPLY_LOST, Trouble.SERVER_FAULT])
def test_an_edit_in_doubt_is_no_doubt_about_the_notice(trouble):
    with a_desk(Fault(trouble, method="editMessageText")) as desk:
        receipt = desk.send()
        notice = Message("p", said("VOID"), MessageKind.VOIDED, receipt, said("VOID: injured"))
        with pytest.raises(SurelyNotSent):
            desk.send(notice)
        desk.send(notice)

        assert desk.api.texts() == ["VOID: injured", "VOID"]


def test_a_chat_that_moved_is_followed_and_remembered():
    with a_desk() as desk:
        desk.api.move(CHAT, "-1009876543210")
        first, second = desk.send(), desk.send()

    assert (first.chat, second.chat) == ("-1009876543210", "-1009876543210")
    assert [document["chat_id"] for _, document in desk.api.asked] == [int(CHAT), -1009876543210, -1009876543210]


def test_messages_keep_the_pace_of_a_chat_and_are_given_back_when_that_takes_long():
    with a_desk() as desk:
        for _ in range(20):
            desk.channel.send(POST)
        assert desk.slept == [1.0] * 19
        with pytest.raises(SurelyNotSent, match="left alone") as told:
            desk.channel.send(POST)

    assert told.value.retry_after == timedelta(seconds=41)
    assert len(desk.api.posted) == 20


def test_a_chat_that_asked_for_quiet_is_not_asked_before():
    with a_desk(Fault(Trouble.TOO_FAST, 3600)) as desk:
        for _ in range(2):
            with pytest.raises(SurelyNotSent):
                desk.send()

        assert len(desk.api.asked) == 1


def test_nothing_is_sent_inside_a_transaction():
    with a_desk(inside=True) as desk, pytest.raises(InsideTransaction):
        desk.send()


# -------------------------------------------------------------------------------------------------- tokens


def test_no_token_is_in_a_fault_a_log_or_a_name(caplog):
    caplog.set_level(logging.DEBUG)
    faults = [Fault(trouble, 5) for trouble in (*UNSURE, *(trouble for trouble, _ in SURE))]
    with a_desk(*faults) as desk:
        told = [repr(desk.bot), repr(desk.channel), str(vars(desk.channel))]
        for _ in faults:
            with pytest.raises((SurelyNotSent, OutcomeUnknown)) as fault:
                desk.send()
            told += [str(fault.value), repr(fault.value), str(fault.value.__cause__), str(fault.value.__context__)]
    secret = DESK_BOT.partition(":")[2]

    assert secret not in "\n".join(told)
    assert secret not in caplog.text


@pytest.mark.parametrize("token", ["", "1000", "1000:short", "../1000:synthetic-token", "1000:synthetic token of it"])
def test_what_is_no_token_is_never_put_into_an_address(token):
    bot = Bot(Address("http://127.0.0.1:9"), lambda: token, lambda: 0.0)
    with pytest.raises(SurelyNotSent, match="BotFather") as told:
        bot.call("sendMessage", {})

    assert not token or token not in str(told.value)


def test_a_token_is_asked_for_at_each_call():
    with a_desk() as desk:
        tokens = iter(["9999:synthetic-token-that-was-revoked", DESK_BOT])
        bot = Bot(Address(desk.bot._address.base), lambda: next(tokens), lambda: 0.0)
        with pytest.raises(SurelyNotSent, match="401"):
            bot.call("sendMessage", {"chat_id": int(CHAT), "text": "x"})
        bot.call("sendMessage", {"chat_id": int(CHAT), "text": "x"})

    assert len(desk.api.posted) == 1


@pytest.mark.parametrize(
    "base",
    [
        "https://api.telegram.org.evil.example",
        "http://api.telegram.org",
        "https://api.telegram.org/x",
        "https://a@127.0.0.1",
    ],
)
def test_only_the_api_and_this_machine_are_called(base):
    with pytest.raises(BadSetting, match="telegram_url"):
        Address(base)


@pytest.mark.parametrize("chat", ["", "picks", "@", "@a b", "1.5", "-", "@" + "x" * 33])
def test_what_names_no_chat_is_refused(chat):
    with pytest.raises(BadSetting, match="telegram_chat"):
        TelegramChannel(Bot(Address(), lambda: DESK_BOT, lambda: 0.0), chat, lambda: 0.0, lambda _: None, lambda: False)


# ------------------------------------------------------------------------------------------------ observer


def test_an_observer_sees_each_message_once_it_is_there():
    with a_desk() as desk:
        desk.send()
        look = desk.observer.look(0)

    assert [(seen.chat, seen.message_id, seen.text) for seen in look.sightings] == [(CHAT, "1", desk.api.texts()[0])]
    assert (look.whole, look.until, look.fault) == (True, 1, "")


def test_what_was_not_kept_is_seen_again_and_what_was_is_not():
    with a_desk() as desk:
        desk.send()
        assert desk.observer.look(0).sightings == desk.observer.look(0).sightings != ()
        assert desk.observer.look(1).sightings == ()


def test_a_long_chat_is_not_read_to_its_end_in_one_look():
    with a_desk() as desk:
        for number in range(PAGE + 5):
            desk.api.reply(DESK_BOT, "sendMessage", {"chat_id": int(CHAT), "text": f"{number}"})
        first = desk.observer.look(0)
        second = desk.observer.look(first.until)

    assert (len(first.sightings), first.whole) == (PAGE, False)
    assert (len(second.sightings), second.whole) == (5, True)


def test_messages_of_other_chats_are_passed_over():
    with a_desk() as desk:
        for number in range(PAGE + 5):
            desk.api.reply(DESK_BOT, "sendMessage", {"chat_id": -77, "text": f"{number}"})
        desk.send()
        look = desk.observer.look(0)

    assert ([seen.text for seen in look.sightings], look.whole) == ([desk.api.texts()[0]], True)


def test_an_observer_follows_a_chat_that_moved():
    with a_desk() as desk:
        desk.api.move(CHAT, "-1009876543210")
        desk.send()

        assert [seen.chat for seen in desk.observer.look(0).sightings] == ["-1009876543210"]


@pytest.mark.parametrize("trouble", [*UNSURE, *(trouble for trouble, _ in SURE)])
def test_an_observer_that_cannot_look_says_so(trouble):
    with a_desk(Fault(trouble, 5, method="getUpdates")) as desk:
        look = desk.observer.look(7)

    assert (look.sightings, look.until, look.whole) == ((), 7, False)
    assert look.fault


@pytest.mark.parametrize("date", [10**30, -1, True, "now", None])
def test_a_time_that_is_none_is_no_moment(date):
    assert moment_of(date) is None


def test_a_message_of_no_time_is_passed_over_and_does_not_end_the_look():
    with a_desk() as desk:
        desk.send()
        kept = desk.observer._bot.call

        def call(method, document):
            return [
                {**item, "channel_post": {**item["channel_post"], "date": 10**30}} for item in kept(method, document)
            ]

        desk.observer._bot.call = call
        look = desk.observer.look(0)

    assert (look.sightings, look.whole) == ((), True)


def test_messages_are_numbered_chat_by_chat():
    with a_desk() as desk:
        numbers = [int(desk.send().message_id) for _ in range(3)]

    assert numbers == [1, 2, 3]
