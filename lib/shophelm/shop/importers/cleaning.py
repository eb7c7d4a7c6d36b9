"""Cells as people's spreadsheets leave them → plain text, amounts and ids."""

from __future__ import annotations

import ibis

from shophelm.shop.contract import MONEY

BLANK = r"[\s\x{A0}\x{3000}\x{FEFF}\x{200B}]"
NOTHING = ("", "NULL", "null", "Null", "-", "--", "—", "None", "nan", "NaN", r"\N")
NO_CATEGORY = "uncategorised"
"""The category of products of which an export tells none."""
ROUNDED = r"^\d+(\.\d+)?[Ee]\+?\d+$"


def plain(cell: ibis.StringValue) -> ibis.StringValue:
    """Take off blanks, a leading apostrophe and the wrapping of ="123"; nothing becomes null."""
    text = cell.re_replace(rf"^{BLANK}+|{BLANK}+$", "")
    text = text.re_replace(r'^="(.*)"$', r"\1").re_replace(r"^'+", "")
    text = text.re_replace(rf"^{BLANK}+|{BLANK}+$", "")
    return text.isin(NOTHING).ifelse(ibis.null("string"), text)


def amount_text(cell: ibis.StringValue) -> ibis.StringValue:
    """Take off a currency sign, 元 and the commas between thousands; what is left stays text."""
    text = cell.re_replace(rf"^[¥￥$£]{BLANK}*|{BLANK}*元$", "")
    grouped = text.re_search(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
    return grouped.ifelse(text.replace(",", ""), text)


def money(text: ibis.StringValue) -> ibis.DecimalValue:
    """Read an amount; null where it is none."""
    return text.try_cast(MONEY)


def shown(value: ibis.Value, otherwise: ibis.StringValue) -> ibis.StringValue:
    """Write a value as text, and where it could not be had, the text it should come from.

    The check then names that text as what is wrong.
    """
    return ibis.coalesce(value.cast("string"), otherwise)


def whole_id(cell: ibis.StringValue) -> ibis.StringValue:
    """Read an id that a float column has given a decimal: '17850.0' is '17850'."""
    return cell.re_replace(r"^(\d+)\.0+$", r"\1")


def rounded_id(cell: ibis.StringValue) -> ibis.BooleanValue:
    """Tell an id that a spreadsheet has turned into 1.23457E+17: its digits are lost."""
    return cell.re_search(ROUNDED)


def split(
    table: ibis.Table,
    *rules: tuple[ibis.BooleanValue, str, ibis.StringValue],
    show: tuple[str, ...] = (),
) -> tuple[ibis.Table, ibis.Table]:
    """Part the rows that keep all rules from those that break one.

    Parameters
    ----------
    table
        Rows with `_row`.
    rules
        (true where the row breaks it, the rule, the value to show).
    show
        Columns of the table to show with a refused row.

    Returns
    -------
    tuple
        The rows that keep all rules; the others as `_row`, `_rule`, `_value` and `show`.
    """
    marked = table.mutate(
        _rule=ibis.cases(*((broken, rule) for broken, rule, _ in rules)),
        _value=ibis.cases(*((broken, value) for broken, _, value in rules)),
    )
    kept = marked.filter(marked["_rule"].isnull()).drop("_rule", "_value")
    refused = marked.filter(marked["_rule"].notnull())
    return kept, refused.select("_row", "_rule", "_value", *show)


def first_file_only(table: ibis.Table, key: str, *, rank: str) -> ibis.BooleanValue:
    """Tell the rows whose key stands in a file of lower rank too: an overlap of two exports."""
    first = table[rank].min().over(ibis.window(group_by=table[key]))
    return table[rank] > first


def numbered(table: ibis.Table, group: str) -> ibis.IntegerValue:
    """Give each row its place within its group, 1 first, in the order of the file."""
    place = ibis.row_number().over(ibis.window(group_by=table[group], order_by=table["_row"]))
    return place + 1


def told_by_title(title: ibis.StringValue) -> ibis.StringValue:
    """Make the id of a product that has none: a changed title is another product."""
    return "title-" + title.hexdigest("md5").substr(0, 12)


def last_of_each(table: ibis.Table, *key: str) -> ibis.Table:
    """Keep each key's last row in the order of the files; rows without a key have no place."""
    known = table.filter(ibis.and_(*(table[k].notnull() for k in key)))
    place = ibis.row_number().over(
        ibis.window(group_by=[known[k] for k in key], order_by=known["_row"].desc())
    )
    known = known.mutate(_place=place)
    return known.filter(known["_place"] == 0).drop("_place")


def most_frequent(table: ibis.Table, group: str, value: str) -> ibis.Table:
    """Give each group's most frequent value; of several, the greatest."""
    counts = (
        table.filter(table[value].notnull())
        .group_by(group, value)
        .aggregate(_n=lambda t: t.count())
    )
    order = [counts["_n"].desc(), counts[value].desc()]
    ranked = counts.mutate(
        _place=ibis.row_number().over(ibis.window(group_by=counts[group], order_by=order))
    )
    return ranked.filter(ranked["_place"] == 0).select(group, value)
