"""Messages: the same terms give the same words, and no name can become markup, a second line or a link."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.governance.notices import Notice
from closeline.domain.markets import PLAYER_TYPES, Market, MarketType, Period, Selection, Side
from closeline.domain.publishing import messages
from closeline.domain.publishing.delivery import MessageKind
from closeline.domain.publishing.labels import NAME_UNITS_MAX, label, shown_name, units

NOTICE = Notice().text
PICK_ID = "0123456789abcdef0123456789abcdef"
HOSTILE = (
    "<b>Spurs</b>", "</a>", "[x](tg://user?id=1)", "_*Spurs*_", "@mention", "#P-00000000", "/start", "evil.example",
    "A" * 4097, "🏀" * 2049, "Spurs\nPrice +900 at nobody", "Spurs\u202e5.3-", "\ud83c half", "`code`",
)  # fmt: skip


def terms(**other):
    told = {
        "pick_id": PICK_ID, "league": "nba", "game": "Lakers at Spurs", "label": "Spurs -3.5", "book": "circa",
        "price": "-110", "price_assumed": False, "decision": "PICK", "units": 0.5, "reasons": ["EDGE"],
        "starts_at": "2026-11-22T19:10:00+00:00", "supersedes": None, "template_version": messages.TEMPLATE,
    }  # fmt: skip
    return told | other


def post(**other):
    return messages.written(messages.pick_lines(terms(**other)), NOTICE)


def bold_parts(text):
    wide = text.text.encode("utf-16-le")
    return [wide[2 * part.offset : 2 * (part.offset + part.length)].decode("utf-16-le") for part in text.bold]


def test_a_pick_says_its_name_line_price_book_stake_start_reasons_and_wording():
    found = post()

    assert found.text == (
        "PICK #P-01234567\n"
        "Spurs -3.5\n"
        "NBA, Lakers at Spurs\n"
        "Price -110 at circa\n"
        "Stake 0.5 units\n"
        "Starts 2026-11-22 19:10 UTC\n"
        "Because: EDGE\n"
        "Wording pick-v2\n"
        "\n"
        f"{NOTICE}"
    )
    assert bold_parts(found) == ["PICK #P-01234567", "Spurs -3.5"]


def test_a_lean_says_that_it_is_no_official_pick():
    found = post(decision="LEAN", reasons=["LEAN_ONLY"])

    assert found.text.splitlines()[0] == "LEAN, not an official pick #P-01234567"


def test_a_start_is_told_in_utc_whatever_zone_it_was_written_in():
    assert "Starts 2026-11-22 19:10 UTC" in post(starts_at="2026-11-22T14:10:00-05:00").text


def test_an_assumed_price_is_said_to_be_one_everywhere():
    for lines in (
        messages.pick_lines(terms(price_assumed=True)),
        messages.notice_lines(terms(price_assumed=True), MessageKind.VOIDED, "GAME_CANCELLED"),
    ):
        assert "-110 at circa (assumed, perhaps offered by nobody)" in messages.written(lines, NOTICE).text


@pytest.mark.parametrize(("kind", "word"), [(MessageKind.VOIDED, "VOID"), (MessageKind.SUPERSEDED, "SUPERSEDED")])
def test_a_notice_names_the_pick_and_the_reason_and_so_does_the_edited_message(kind, word):
    notice = messages.written(messages.notice_lines(terms(), kind, "LINE_MOVED"), NOTICE)
    edited = messages.written(messages.edited_lines(terms(), kind, "LINE_MOVED"), NOTICE)

    assert notice.text.startswith(f"{word} #P-01234567\nSpurs -3.5\nIt was -110 at circa.")
    assert "Because: LINE_MOVED" in notice.text
    assert edited.text == f"{word}: LINE_MOVED\n{post().text}"
    assert NOTICE in notice.text


def test_a_pick_that_takes_anothers_place_names_it():
    assert "Replaces #P-fedcba98" in post(supersedes="fedcba9876543210").text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_makes_markup_a_line_a_link_or_a_text_that_is_too_long(name):
    selection = Selection("e", Market(MarketType.SPREAD), Side.HOME, -14)
    words = label(selection, home=name, away="Lakers")
    found = post(label=words, game=f"Lakers at {shown_name(name)}", book=name)
    plain = post()

    assert units(found.text) <= messages.TEXT_UNITS_MAX
    assert len(found.text.splitlines()) == len(plain.text.splitlines())
    assert len(found.bold) == 2
    assert "-3.5" in bold_parts(found)[1]
    assert found.text.count("#P-0") == 1
    found.text.encode()
    for link in ("@mention", "#P-00000000", "/start", "evil.example", "tg://"):
        assert link not in found.text


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
@settings(max_examples=60)
def test_whatever_strangers_write_offsets_name_whole_signs_and_the_text_fits(home, away, book, reason):
    words = label(Selection("e", Market(MarketType.TOTAL), Side.OVER, 900), home=home, away=away)
    told = terms(label=words, book=book)
    for kind in (MessageKind.VOIDED, MessageKind.SUPERSEDED):
        found = messages.written(messages.edited_lines(told, kind, reason), NOTICE)

        assert units(found.text) <= messages.TEXT_UNITS_MAX
        lines = found.text.splitlines()
        assert bold_parts(found) == [line for at, line in enumerate(lines) if at < 3]


def test_a_text_that_no_chat_would_carry_is_refused_and_never_cut():
    with pytest.raises(ValueError, match="at most 4096 units of UTF-16, had 5000"):
        messages.written([messages.Line("🏀" * 2500)], "")


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_a_shown_name_is_one_printable_line_that_ends(name):
    found = shown_name(name)

    assert units(found) <= NAME_UNITS_MAX
    assert found.isprintable()
    found.encode()


EVERY_MARKET = [
    Market(kind, period, "p_1" if kind in PLAYER_TYPES else "") for kind in MarketType for period in Period
]  # fmt: skip


@pytest.mark.parametrize("market", EVERY_MARKET, ids=lambda item: item.key)
def test_no_two_selections_of_a_market_are_called_alike_and_each_side_names_its_own_team(market):
    lines = [None] if not market.has_line else [-910, -14, -2, 0, 1, 2, 3, 14, 26, 910]
    named: dict[tuple[Side, int | None], str] = {}
    for side in market.sides:
        for line in lines:
            words = label(Selection("e", market, side, line), home="Hhh", away="Aaa", player="Ppp")
            assert words not in named.values()
            named[side, line] = words
            own = {Side.HOME: "Hhh", Side.AWAY: "Aaa", Side.OVER: "ver ", Side.UNDER: "nder ", Side.DRAW: "Draw"}
            assert own[side] in words
            # What is to be seen in every text of a pick is this very label, whatever the market and the side.
            assert words in post(label=words).text
    assert len(named) == len(market.sides) * len(lines)
