"""Values as people read them, and sentences made of them: formatted here and nowhere else.

A sentence is a template with named values, so that a catalogue in another language can be laid
over the templates without touching a question or a notebook.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

MINUS = "−"
UNKNOWN = "not known"
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$", "INR": "₹", "JPY": "¥"}


@dataclass(frozen=True, slots=True)
class Value:
    """A number, its unit, and how it reads in running text."""

    number: Any
    unit: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template and its named values."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**{k: _spoken(v) for k, v in self.values.items()})


def sentence(template: str, **values: Any) -> Sentence:
    """Make a sentence; values are `Value`s or plain text."""
    return Sentence(template, values)


def money(amount: Any, *, currency: str = "", cents: bool = False) -> Value:
    """Show an amount: `¥12,345`, with cents where the sentence is about reconciling."""
    if unknown(amount):
        return Value(None, "money", UNKNOWN)
    exact = Decimal(str(amount)).quantize(
        Decimal("0.01") if cents else Decimal(1), rounding=ROUND_HALF_EVEN
    )
    symbol = SYMBOLS.get(currency, f"{currency} " if currency else "")
    return Value(amount, "money", f"{_sign(exact)}{symbol}{abs(exact):,}")


def count(number: Any) -> Value:
    """Show a whole number: `12,345`."""
    if unknown(number):
        return Value(None, "count", UNKNOWN)
    return Value(number, "count", f"{_sign(number)}{abs(round(number)):,}")


def rate(share: Any, *, digits: int = 2) -> Value:
    """Show a share as a percentage: .0312 → `3.12%`."""
    if unknown(share):
        return Value(None, "rate", UNKNOWN)
    return Value(share, "rate", f"{_sign(share)}{abs(share) * 100:.{digits}f}%")


def number(value: Any, *, digits: int = 2) -> Value:
    """Show a plain number: `1.03`."""
    if unknown(value):
        return Value(None, "number", UNKNOWN)
    return Value(value, "number", f"{_sign(value)}{abs(value):,.{digits}f}")


def change(share: Any, *, unit: str = "%") -> Value:
    """Show a relative change with its sign: `+4.2%`, `−12.0 points`."""
    if unknown(share):
        return Value(None, "change", UNKNOWN)
    sign = MINUS if round(share, 3) < 0 else "+"
    return Value(share, "change", f"{sign}{abs(share) * 100:,.1f}{unit}")


def listing(items: Sequence[Any], *, most: int = 5) -> str:
    """Write `a, b and c`, or `a, b, c and 4 more`."""
    if not len(items):
        return ""
    shown = [str(_spoken(i)) for i in items[:most]]
    more = len(items) - len(shown)
    if more:
        shown.append(f"{more:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def spoken(name: str) -> str:
    """Free a name of underscores: `channel_manager` is a channel manager."""
    return name.replace("_", " ")


def begun(text: str) -> str:
    """Begin a sentence with a text: its first letter a capital, the others as they are."""
    return spoken(text)[:1].upper() + spoken(text)[1:]


def plural(number: int, one: str, many: str = "") -> str:
    """Write `1 order`, `3,120 orders`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def in_unit(unit: str, *, currency: str = "") -> Callable[[Any], Value]:
    """Pick the formatter for a unit of `definitions`."""
    if unit == "money":
        return lambda amount: money(amount, currency=currency, cents=_small(amount))
    return {"count": count, "rate": rate, "number": number, "change": change}[unit]


def moved_in_unit(unit: str, *, currency: str = "") -> Callable[[Any], Value]:
    """Pick the formatter for a difference in a unit: signed, and a rate's in points."""
    if unit == "rate":
        return lambda gap: change(gap, unit=" points")
    show = in_unit(unit, currency=currency)

    def signed(gap: Any) -> Value:
        plus = "+" if not unknown(gap) and gap > 0 else ""
        return replace(show(gap), text=f"{plus}{show(gap)}")

    return signed


def unknown(value: Any) -> bool:
    """Say whether a value is missing: None, NaN, NaT or infinite."""
    if value is None or value != value:
        return True
    return isinstance(value, float) and math.isinf(value)


def _small(amount: Any) -> bool:
    return not unknown(amount) and abs(amount) < 1000


def _sign(value: Any) -> str:
    return MINUS if value < 0 else ""


def _spoken(value: Any) -> Any:
    return UNKNOWN if unknown(value) else value
