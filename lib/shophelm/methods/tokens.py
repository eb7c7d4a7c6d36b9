"""Short texts in any mixture of Chinese and spaced scripts, cut into clauses and words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shophelm.methods.chinese_words import cutter


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


HAN = "\u3400-\u4dbf\u4e00-\u9fff"
STOP_WORDS = _set(
    "的 了 是 我 你 您 他 她 它 我们 你们 他们 咱 在 和 与 就 也 都 还 又 着 过 得 地 个 这 那 "
    "这个 那个 这种 这样 一 一个 啊 吧 呢 吗 嘛 哦 呀 啦 哈 哈哈 把 被 给 让 对 跟 而 且 而且 "
    "因为 所以 a an the and or so i it its it's i'm is was are were am be been being this that "
    "these those to of in on at for from with by as my me mine we our us you your they them "
    "their he she his her has have had do does did will would can could"
)
"""Words that say nothing alone; negation does, and so does degree."""
DEGREES = _set("太 很 挺 超 非常 有点 有些 真 真的 特别 好 就是 too very so really quite")
"""Words that say how much, but not of what."""
NEGATIONS = {
    "不": "不", "不是": "不", "不太": "不", "不够": "不", "不会": "不", "不怎么": "不",
    "不是很": "不", "并不": "不", "没": "没", "没有": "没", "没什么": "没", "没啥": "没",
    "并没有": "没", "毫无": "没", "无": "没", "未": "没", "not": "not_", "no": "not_",
    "never": "not_", "without": "not_", "cannot": "not_", "hardly": "not_", "dont": "not_",
    "doesnt": "not_", "didnt": "not_", "isnt": "not_", "wasnt": "not_", "wont": "not_",
    "cant": "not_",
}  # fmt: skip
_PASSED_OVER = _set(
    "很 太 够 怎么 特别 那么 算 非常 什么 啥 a an the any so very really too as be been have "
    "to that at all"
)
"""Between a negation and its word: 不是很甜 is 不甜."""
_MOST_PASSED_OVER = 2
_BREAK = re.compile(
    r"https?://\S+|www\.\S+|@[\w\-]+"
    r"|[^\w\s'’&%/+\-\u0300-\u036f]+|[\r\n]+"
    rf"|(?<=[{HAN}])\s+(?=[{HAN}])"
    r"|但是|不过|可是|\b(?:but|however|although|though)\b",
    re.IGNORECASE,
)
_RUN = re.compile(rf"[{HAN}]+|(?:(?![{HAN}])[^\W\d_])+(?:'(?:(?![{HAN}])[^\W\d_])+)*")
_STRETCHED = re.compile(r"(.)\1{2,}")
_NEGATED = ("不", "没", "not_")
_SHORT_DEGREES = frozenset("很太挺超")
_PLAIN = frozenset("快慢大小贵甜酸硬软重轻长短厚薄多少差淡油腻咸辣香臭紧松高低脏好新旧")
"""The dictionary has 很快 and 太慢, but not 很重: such pairs are always two words here."""


class Word(NamedTuple):
    """A word, and where in the normalised clause it stands (end excluded)."""

    text: str
    start: int
    end: int


def normalised(text: str) -> str:
    """Give the form in which texts are compared: NFKC (ＡＢＣ is ABC), lower case, ' for ’."""
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


def clauses(text: str) -> list[tuple[int, int]]:
    """Cut a text at punctuation, emoji, links, names after @, and words like 但是 and but.

    A space between two Chinese characters is punctuation, too.

    Returns
    -------
    list
        Start and end of each clause that holds a letter, in order.
    """
    cuts, at = [], 0
    for found in _BREAK.finditer(text):
        cuts.append((at, found.start()))
        at = found.end()
    cuts.append((at, len(text)))
    return [(s, e) for s, e in cuts if any(c.isalpha() for c in text[s:e])]


def words(clause: str, *, known: tuple[str, ...] = ()) -> list[Word]:
    """Cut a normalised clause into the words that say something.

    Parameters
    ----------
    clause
        As `normalised` gives it.
    known
        Chinese words to keep whole.

    Returns
    -------
    list
        In order. A negation and its word are one: `不甜` (also of 不是很甜), `没效果`, `not_fresh`
        (also of isn't fresh). Numbers and stop words are gone; stretched letters are tamed
        (sooooo is soo, 好好好好 is 好).

    Notes
    -----
    Chinese by jieba's dictionary, other scripts by their letters. Scripts without spaces other
    than Chinese (Japanese, Thai) and those that write vowels as marks (Hindi) are cut badly.
    """
    found = []
    for run in _RUN.finditer(clause):
        if _is_han(run.group()[0]):
            found += _chinese(run.group(), run.start(), known)
        else:
            found.append(Word(_STRETCHED.sub(r"\1\1", run.group()), run.start(), run.end()))
    kept = (w for w in _negated(found) if w.text not in STOP_WORDS)
    return [w for w in kept if len(w.text) > 1 or _is_han(w.text)]


def paired(first: str, second: str) -> str:
    """Write a phrase of two words: 尺码偏小, `runs small`."""
    between = "" if _is_han(first[-1]) and _is_han(second[0]) else " "
    return f"{first}{between}{second}"


def without_negation(word: str) -> str:
    """Give the word that a negation was joined to; any other word as it is."""
    return next((word[len(n) :] for n in _NEGATED if word.startswith(n) and word != n), word)


def _is_han(character: str) -> bool:
    return "\u3400" <= character[0] <= "\u4dbf" or "\u4e00" <= character[0] <= "\u9fff"


def _chinese(run: str, start: int, known: tuple[str, ...]) -> list[Word]:
    if _STRETCHED.search(run):
        # places of the characters that stay, so that words still know where they stand
        kept = [i for i, c in enumerate(run) if run[i - 1 : i] != c or not _long(run, i)]
    else:
        kept = range(len(run))
    found, at = [], 0
    for word in _by_degree(cutter(known)("".join(run[i] for i in kept))):
        end = at + len(word)
        found.append(Word(word, start + kept[at], start + kept[end - 1] + 1))
        at = end
    return found


def _by_degree(cut: Iterable[str]) -> Iterator[str]:
    for word in cut:
        if len(word) == 2 and word[0] in _SHORT_DEGREES and word[1] in _PLAIN:
            yield from word
        else:
            yield word


def _long(run: str, at: int) -> bool:
    """Say whether a character stands in a stretch of three or more."""
    first, last = at, at
    while first > 0 and run[first - 1] == run[at]:
        first -= 1
    while last + 1 < len(run) and run[last + 1] == run[at]:
        last += 1
    return last - first >= 2


def _negated(found: list[Word]) -> list[Word]:
    """Join each negation with the word it denies."""
    joined, at = [], 0
    while at < len(found):
        word, of = found[at], at + 1
        mark = _negation(word.text)
        while mark and of < len(found) - 1 and of - at <= _MOST_PASSED_OVER:
            if found[of].text not in _PASSED_OVER:
                break
            of += 1
        if not mark or of == len(found) or not _deniable(found[of].text):
            joined.append(word)
            at += 1
            continue
        joined.append(Word(mark + found[of].text, word.start, found[of].end))
        at = of + 1
    return joined


def _negation(word: str) -> str:
    return NEGATIONS.get(word, "not_" if word.endswith("n't") else "")


def _deniable(word: str) -> bool:
    return word not in STOP_WORDS and not _negation(word)
