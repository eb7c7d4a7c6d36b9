"""What is said of a campaign's ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.promotion.later_worth import DAYS
from shophelm.promotion.ledger import COUPONS, FEE, LATER, MEDIA, REFUNDS, WHOLE, Ledger
from shophelm.shop.needs import carries_missing
from shophelm.words import Sentence, count, listing, money, number, plural, rate, sentence

TAKEN = {
    COUPONS: "coupons beyond the usual",
    REFUNDS: "margin sent back beyond it",
    MEDIA: "media beyond the usual",
    FEE: "platform fee of what was added",
}
"""What is taken off what goods left, as it is said."""


@carries_missing
def find_ledger(found: Ledger, *, currency: str) -> list[Sentence]:
    """Say what the campaign added in all, part by part, and what cannot be told."""
    name = found.campaign.name
    if found.holiday:
        return [
            sentence(
                "What {name} added is not known: {holiday} falls together with it, and what is the "
                "holiday's cannot be told from what is the campaign's. The parts are shown as if "
                "those days were ordinary ones.",
                name=name,
                holiday=found.holiday,
            )
        ]
    if not found.known:
        return [
            sentence(
                "What {name} added is not known: too few days without a campaign are there to say "
                "what was to be expected.",
                name=name,
            )
        ]
    said = [_whole(found, currency), _parts(found, currency), _left(found, currency)]
    said.append(_newcomers(found, currency))
    return said + _caveats(found)


def _whole(found: Ledger, currency: str) -> Sentence:
    whole = found.whole
    verdict = "."
    if whole["low"] <= 0 <= whole["high"]:
        verdict = ", which is no more than ordinary stretches as long may differ by."
    return sentence(
        "{name}, {first} to {last}: {paid} were paid where {usual} were to be expected, "
        "{effect} more (95% interval {low} to {high}){verdict}",
        name=found.campaign.name,
        first=str(found.campaign.warmup_from),
        last=str(found.until),
        paid=money(whole["observed"], currency=currency),
        usual=money(whole["expected"], currency=currency),
        effect=money(whole["effect"], currency=currency),
        low=money(whole["low"], currency=currency),
        high=money(whole["high"], currency=currency),
        verdict=verdict,
    )


def _parts(found: Ledger, currency: str) -> Sentence:
    rows = found.parts[found.parts["effect"].notna() & found.parts["part"].ne(WHOLE)]
    beyond = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    if beyond.empty:
        return sentence("No single part of it is beyond chance.")
    each = [f"{r.part} {money(r.effect, currency=currency)}" for r in beyond.itertuples()]
    template = "Beyond chance: {parts}. {n} others are not."
    return sentence(template, parts=listing(each), n=count(len(rows) - len(beyond)))


def _left(found: Ledger, currency: str) -> Sentence:
    whole, parts = found.whole, found.parts.set_index("part")["worth"]
    taken = [
        f"{money(-parts[name], currency=currency)} of {said}"
        for name, said in TAKEN.items()
        if name in parts and np.isfinite(parts[name])
    ]
    if LATER in parts:
        taken.append(f"{money(parts[LATER], currency=currency)} that its newcomers bring later")
    return sentence(
        "In {what} it left {worth} ({low} to {high}){counted}. Discounts of the page are off what "
        "was paid already.",
        what="margin after refunds" if found.worth_in == "margin" else "settled money",
        worth=money(whole["worth"], currency=currency),
        low=money(whole["worth_low"], currency=currency),
        high=money(whole["worth_high"], currency=currency),
        counted=f", counting {listing(taken)}" if taken else "",
    )


def _newcomers(found: Ledger, currency: str) -> Sentence:
    came, later = found.newcomers, found.later
    if not np.isfinite(came["effect"]):
        return sentence(
            "How many newcomers it brought is not known: too few days are there of which newcomers "
            "can be told from those who had bought before the shop's tables begin."
        )
    template = (
        "{n} paid for the first time where {usual} were to be expected ({low} to {high} more)"
    )
    values = {
        "n": plural(int(came["observed"]), "customer"),
        "usual": number(came["expected"], digits=0),
        "low": number(came["low"], digits=0),
        "high": number(came["high"], digits=0),
    }
    if not later.known:
        return sentence(
            template + "; what they bring later is not known, as no campaign of this kind is half "
            "a year old, or it won too few.",
            **values,
        )
    return sentence(
        template + "; those of {of} left {mean} each in the {days} days after ({who}).",
        of=later.of,
        mean=money(later.mean, currency=currency),
        days=count(DAYS),
        who=plural(later.newcomers, "newcomer"),
        **values,
    )


def _caveats(found: Ledger) -> list[Sentence]:
    said = [
        sentence(
            "Ordinary stretches as long stand off what is expected of them by {drift} beyond "
            "chance ({n} of them fit side by side); every interval allows for it.",
            drift=rate(found.drift, digits=1),
            n=count(found.placebos),
        )
    ]
    if found.until < found.campaign.ends_on:
        template = "It runs until {last}: the dip after it is not known yet."
        said.append(sentence(template, last=str(found.campaign.ends_on)))
    elif found.provisional:
        said.append(sentence("Refunds of it are still to come, so that less will be left."))
    return said


@carries_missing
def find_headline(found: Ledger, *, currency: str) -> Sentence:
    """Say in one sentence what the campaign left, for the first page."""
    if not found.known:
        return sentence("What {name} added is not known.", name=found.campaign.name)
    whole = found.whole
    return sentence(
        "{name} added {effect} ({low} to {high}) and left {worth}.",
        name=found.campaign.name,
        effect=money(whole["effect"], currency=currency),
        low=money(whole["low"], currency=currency),
        high=money(whole["high"], currency=currency),
        worth=money(whole["worth"], currency=currency),
    )


@carries_missing
def bars(found: Ledger) -> pd.DataFrame:
    """Give the parts of GMV as the figure draws them: part, effect, low, high; the whole last."""
    rows = found.parts[found.parts["effect"].notna()]
    return rows[["part", "effect", "low", "high"]].reset_index(drop=True)


@carries_missing
def days(found: Ledger) -> pd.DataFrame:
    """Give the campaign's days as the figure draws them."""
    return found.days
