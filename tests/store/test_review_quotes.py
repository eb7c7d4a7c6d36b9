"""Quotes are parts of the review, and tell nobody's number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.store.review_quotes import CUT, MOST, excerpt, masked

TEXTS = st.text(alphabet="ab 好吃，。\n\u2028@1２3４567890-:微信vxq._…", max_size=120)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("加我13800138000好吃", "加我***********好吃"),
        ("call 138-0013-8000 now", "call ************* now"),
        ("订单 12345 还没到", "订单 ***** 还没到"),
        ("买了1234双", "买了1234双"),
        ("微信：shop_88 返现", "********** 返现"),
        ("write to a.b@c.org ok", "write to ********* ok"),
        ("thanks @seller-1!", "thanks *********!"),
        ("电话１３８００１３８０００", "电话***********"),
    ],
)
def test_numbers_and_addresses_are_hidden_and_nothing_else(text, hidden):
    assert masked(text) == hidden


@given(TEXTS)
def test_masking_keeps_the_length_and_leaves_no_long_number(text):
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert not re.search(r"\d{5,}", hidden)
    assert all(a in (b, "*") for a, b in zip(hidden, text, strict=True))


@given(TEXTS, st.data())
def test_an_excerpt_is_a_part_of_the_masked_review(text, data):
    places = [i for i, c in enumerate(text) if c.isalpha()]
    if not places:
        return
    start = data.draw(st.sampled_from(places))
    end = start + 1
    while end < len(text) and text[end].isalpha():
        end += 1
    shown = excerpt(text, start, end)
    assert shown.strip(CUT) in masked(text)
    assert len(shown) <= MOST + 2
    assert len(shown.splitlines()) <= 1


def test_the_place_is_seen_in_a_long_review():
    text = "x" * 200 + "，尺码偏小，" + "y" * 200
    shown = excerpt(text, 201, 205)
    assert "尺码偏小" in shown
    assert shown[0] == shown[-1] == CUT
    assert len(shown) == MOST + 2


def test_only_the_line_with_the_place_is_quoted():
    assert excerpt("first line\nsecond, here\nthird", 11, 17) == "second, here"
