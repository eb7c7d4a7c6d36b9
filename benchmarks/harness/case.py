"""What a case is: the answer wanted, and who gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.harness import shop

Answer = Mapping[str, Sequence[Any]]
"""Column → its values, plain Python."""


def _as_it_is(folder: Path) -> Path:
    return folder


@dataclass(frozen=True)
class Contender:
    """One way to do a case's work.

    Attributes
    ----------
    name
        As the table shows it.
    work
        What is timed: takes what `prepare` gives, and gives the answer.
    imports
        Modules imported before the clock starts; the first names the package whose version is
        shown.
    environment
        Name of the list of packages under `environments/`; "" for the suite's own.
    prepare
        Done before the clock starts; takes the shop's folder. Gives the folder unless told
        otherwise.
    knows
        Whether it may find what the suite kept of this shop in earlier rounds.
    """

    name: str
    work: Callable[[Any], Answer]
    imports: Sequence[str]
    environment: str = ""
    prepare: Callable[[Path], Any] = _as_it_is
    knows: bool = True


@dataclass(frozen=True)
class Case:
    """The same work, done by several contenders.

    Attributes
    ----------
    module
        Where the case stands, so that a child process finds it: `__name__`.
    title
        The work in a few words.
    key
        The column that names an answer's rows.
    counts
        Columns that must agree exactly.
    money
        Columns that must agree to the cent.
    contenders
        The suite first: the others are held against it.
    made
        Gives the folder of a shop of about so many events or lines, made if it is not there.
    about
        Says how large a shop is.
    near
        Columns of fitted figures → the relative difference up to which two optimisers that stop
        at different places are said to agree.
    scores
        Columns that say how good an answer is → their titles: shown, not compared. A contender
        may then leave rows out, which are parts of the work; `series` must count what each row
        is about.
    """

    module: str
    title: str
    key: str
    counts: Sequence[str]
    money: Sequence[str]
    contenders: Sequence[Contender]
    made: Callable[[int], Path] = shop.simulated
    about: Callable[[Path], str] = shop.about
    near: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Contender:
        return next(c for c in self.contenders if c.name == name)
