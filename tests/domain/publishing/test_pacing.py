"""Pacing: one a second and twenty a minute to a chat, thirty a second to all, whatever comes."""

from hypothesis import given, settings
from hypothesis import strategies as some

from closeline.domain.publishing.pacing import TELEGRAM, Paced, remembered, wait_before


def run(chats, *, step=0.0):
    """Send one message after the other, each as soon as it may; give when each went out."""
    now, past = 0.0, list[Paced]()
    for chat in chats:
        now += wait_before(past, chat, now) + step
        past.append(Paced(now, chat))
    return past


def most_in(past, seconds):
    return max(sum(item.at - seconds < other.at <= item.at for other in past) for item in past)


@given(some.lists(some.sampled_from("abc"), min_size=1, max_size=60))
@settings(max_examples=40)
def test_no_window_ever_holds_more_than_it_may(chats):
    past = run(chats, step=0.01)
    for chat in set(chats):
        mine = [item for item in past if item.chat == chat]
        assert most_in(mine, 1.0) <= 1
        assert most_in(mine, 60.0) <= 20

    assert most_in(past, 1.0) <= 30


def test_the_first_message_waits_for_nothing():
    assert wait_before([], "a", 100.0) == 0.0


def test_the_twenty_first_message_of_a_minute_waits_for_the_next():
    past = run(["a"] * 21)

    assert past[19].at == 19.0
    assert past[20].at == 60.0


def test_many_chats_share_thirty_a_second():
    past = run([str(number) for number in range(31)])

    assert past[29].at == 0.0
    assert past[30].at == 1.0


def test_a_chat_that_asks_for_quiet_is_left_alone_until_then():
    assert wait_before([], "a", 10.0, held_until=45.0) == 35.0
    assert wait_before([], "a", 50.0, held_until=45.0) == 0.0


def test_what_no_pace_counts_any_more_is_forgotten():
    past = [Paced(0.0, "a"), Paced(59.0, "a")]

    assert remembered(past, 60.0) == past[1:]
    assert max(pace.seconds for pace in TELEGRAM) == 60.0
