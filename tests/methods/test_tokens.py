"""Texts become clauses and words; expectations are read off the texts by hand."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.tokens import clauses, normalised, words

TEXTS = st.text(
    alphabet="不没有很太甜好好好了面料色差abcN'’not 。，！?\n😀１2ＡéÅ@.-但是", max_size=60
)


def cut(text):
    return [text[s:e] for s, e in clauses(text)]


def said(clause):
    return [w.text for w in words(normalised(clause))]


def test_clauses_end_at_punctuation_of_either_script_emoji_and_spaces_between_chinese():
    assert cut("物流很快，尺码偏小！ok.fine") == ["物流很快", "尺码偏小", "ok", "fine"]
    assert cut("质量不错 颜色偏暗😀snug fit") == ["质量不错", "颜色偏暗", "snug fit"]


def test_a_but_begins_a_new_clause():
    assert [c.strip() for c in cut("好看但是太贵")] == ["好看", "太贵"]
    assert [c.strip() for c in cut("Pretty but too small")] == ["Pretty", "too small"]


def test_links_names_and_pure_numbers_say_nothing():
    assert cut("见 https://a.b/c?d=1 很好") == ["见 ", " 很好"]
    assert cut("@shop_1 12345 …") == []


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("不甜", ["不甜"]),
        ("不是很甜", ["不甜"]),
        ("没什么效果", ["没效果"]),
        ("It isn't very fresh", ["not_fresh"]),
        ("doesn’t fit", ["not_fit"]),
        ("no", ["no"]),
        ("物流太慢", ["物流", "太", "慢"]),
        ("物流很快", ["物流", "很", "快"]),
    ],
)
def test_negation_stays_with_its_word_and_degree_stands_alone(clause, expected):
    assert said(clause) == expected


def test_fullwidth_case_and_stretched_letters_are_tamed():
    assert said("ＳＯＦＴ") == ["soft"]
    assert said("sooooo soft") == ["soo", "soft"]
    assert said("好好好好吃") == said("好吃") == ["好吃"]


def test_known_words_are_kept_whole():
    assert [w.text for w in words("到手有坏果", known=("坏果",))][-1] == "坏果"


@given(TEXTS)
def test_every_word_stands_where_it_says(text):
    for s, e in clauses(text):
        clause = normalised(text[s:e])
        places = [(w.start, w.end) for w in words(clause)]
        assert places == sorted(places)
        for w in words(clause):
            assert 0 <= w.start < w.end <= len(clause)
            if not w.text.startswith(("不", "没", "not_")):
                assert set(w.text) <= set(clause[w.start : w.end])


def test_cutting_chinese_neither_warns_nor_writes_nor_prints(tmp_path):
    code = "from shophelm.methods.tokens import words; print([w.text for w in words('面料舒服')])"
    command = [sys.executable, "-W", "error", "-X", "pycache_prefix=" + str(tmp_path / "pyc")]
    env = {"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([*command, "-c", code], capture_output=True, text=True, env=env)
    assert (run.stdout, run.stderr) == ("['面料', '舒服']\n", "")
    assert not [p for p in tmp_path.iterdir() if p.name != "pyc"]
