"""Which of a format's files each file is, by its column names."""

from __future__ import annotations

from collections.abc import Sequence

from shophelm.errors import DataError
from shophelm.shop.importers.language import Format, Input, Role


def recognise(form: Format, inputs: Sequence[Input]) -> dict[int, Role]:
    """Give each file's role, by the file's number.

    Raises
    ------
    DataError
        If a file fits none of the format's roles, or a role that must be there is not.
    """
    roles = {i.number: _role(form, i) for i in inputs}
    if not set(form.required) & {r.name for r in roles.values()}:
        wanted = next(r for r in form.roles if r.name == form.required[0])
        given = ", ".join(f"{i.name} ({roles[i.number].what})" for i in inputs)
        raise DataError(
            f"{form.name}: {wanted.what} is not among the files, only {given}. {form.where}"
        )
    return roles


def unmapped(role: Role, file: Input) -> tuple[str, ...]:
    """List a file's columns that are neither mapped nor dropped as personal."""
    known = {*role.mapped, *role.personal}
    return tuple(c for c in file.columns if c not in known)


def personal(role: Role, file: Input) -> dict[str, str]:
    """List a file's columns about persons, and what is kept of each."""
    return {c: kept or "nothing" for c, kept in role.personal.items() if c in file.columns}


def _role(form: Format, file: Input) -> Role:
    for role in form.roles:
        if all(c in file.columns for c in role.needs):
            return role
    nearest = max(form.roles, key=lambda r: sum(c in file.columns for c in r.needs) / len(r.needs))
    missing = [c for c in nearest.needs if c not in file.columns]
    there = list(file.columns)
    held = ", ".join(there[:12]) + (" …" if len(there) > 12 else "")
    raise DataError(
        f"{file.name}: no column {', '.join(missing)}, which {nearest.what} of {form.name} must "
        f"have. The file has {held}. {form.where}"
    )
