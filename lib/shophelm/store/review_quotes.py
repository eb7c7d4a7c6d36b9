"""Reviews quoted word for word, without the numbers and names that could tell who wrote them."""

from __future__ import annotations

import re

MOST = 60
CUT = "…"
_PRIVATE = re.compile(
    r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"
    r"|@[\w\-.]+"
    r"|(?:微信|薇信|威信|v信|vx|wx|qq|wechat|whatsapp)号?[:：\s]*[a-z0-9_\-]{4,}"
    r"|\d{5,}|\d(?:[\s\-.]?\d){6,}",
    re.IGNORECASE | re.ASCII,
)
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９＠", "0123456789@")


def masked(text: str) -> str:
    """Put * for numbers of five digits or more, names after @, e-mail and chat addresses.

    The text keeps its length, and every other character.
    """
    hidden = list(text)
    for found in _PRIVATE.finditer(text.translate(_WIDE_DIGITS)):
        hidden[found.start() : found.end()] = "*" * (found.end() - found.start())
    return "".join(hidden)


def excerpt(text: str, start: int, end: int, *, most: int = MOST) -> str:
    """Quote a masked line of a text around a place in it.

    Parameters
    ----------
    text
        The review.
    start, end
        The place that must be seen.
    most
        Characters quoted at most; where more are left out on a side, it ends in an ellipsis.
    """
    line, at = masked(text), 0
    for piece in text.splitlines(keepends=True):
        if start < at + len(piece):
            line = masked(text)[at : at + len(piece)]
            break
        at += len(piece)
    line = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    if len(line) <= most:
        return line.strip()
    start, end = start - at, min(end - at, start - at + most)
    first = max(0, min(start - (most - (end - start)) // 2, len(line) - most))
    last = min(len(line), first + most)
    shown = line[first:last].strip()
    return (CUT if first else "") + shown + (CUT if last < len(line) else "")
