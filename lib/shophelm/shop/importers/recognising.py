"""Which of a format's files each file is, by its column names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

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
    known = {c for spec in (*role.mapped, *role.personal) for c in matching(spec, file.columns)}
    return tuple(c for c in file.columns if c not in known)


def personal(role: Role, file: Input) -> dict[str, str]:
    """List a file's columns about persons, and what is kept of each."""
    return {
        c: kept or "nothing"
        for spec, kept in role.personal.items()
        for c in matching(spec, file.columns)
    }


def named(column: str) -> str:
    """Take off what stands around a column's name."""
    return column.strip("\ufeff\u3000\xa0 \t\r\n'\"")


def matching(spec: str, columns: Collection[str]) -> list[str]:
    """List the columns that a name of a role stands for, the preferred one first; see `Role`."""
    found = []
    for name in spec.casefold().split("|"):
        # brackets stand for themselves
        pattern = name.replace("[", "[[]")
        found += [c for c in columns if fnmatchcase(c.casefold(), pattern) and c not in found]
    return found


def fits(role: Role, columns: Collection[str]) -> bool:
    """Say whether a file with these columns has this role."""
    return all(matching(spec, columns) for spec in role.needs)


def sort_out(forms: Mapping[str, Format], file: Input) -> tuple[Format, Role]:
    """Pick the format and role whose columns a file has most of.

    Parameters
    ----------
    forms
        In the order of preference, for files that fit several equally.
    file
        The file.

    Raises
    ------
    DataError
        If it fits none; it names the nearest.
    """
    every = [(form, role) for form in forms.values() for role in form.roles]
    fitting = [(form, role) for form, role in every if fits(role, file.columns)]
    if fitting:
        return max(fitting, key=lambda found: _found(found[1], file))
    form, role = max(every, key=lambda found: _share_found(found[1], file))
    raise DataError(
        f"{file.name} is of no format that is known. It is nearest to {role.what} of {form.name}, "
        f"but has no column {_lacking(role, file)}. It has {_some(file)}. `shophelm import --help` "
        "lists the formats."
    )


def _found(role: Role, file: Input) -> int:
    return sum(bool(matching(c, file.columns)) for c in role.mapped) + len(role.needs)


def _share_found(role: Role, file: Input) -> float:
    return sum(bool(matching(c, file.columns)) for c in role.needs) / len(role.needs)


def _lacking(role: Role, file: Input) -> str:
    lacking = [c for c in role.needs if not matching(c, file.columns)]
    return ", ".join(c.replace("|", " or ") for c in lacking)


def _some(file: Input) -> str:
    names = list(file.columns)
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _role(form: Format, file: Input) -> Role:
    for role in form.roles:
        if fits(role, file.columns):
            return role
    nearest = max(form.roles, key=lambda role: _share_found(role, file))
    raise DataError(
        f"{file.name}: no column {_lacking(nearest, file)}, which {nearest.what} of {form.name} "
        f"must have. The file has {_some(file)}. {form.where}"
    )
