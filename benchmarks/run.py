"""Run the benchmarks: the same work by this suite and by what one would use instead."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

# the modules are found from the repository's root, not from this folder
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.harness import BenchmarkError, environments, rounds, table  # noqa: E402

CASES = sorted(
    p.stem for p in (Path(__file__).parent / "cases").glob("*.py") if p.stem != "__init__"
)


def main(arguments: list[str] | None = None) -> int:
    given = _parse(arguments)
    try:
        for name in given.cases or CASES:
            case = importlib.import_module(f"benchmarks.cases.{name}").CASE
            folder = case.made(given.events)
            pythons, left_out = environments.pythons(case)
            pythons = {n: p for n, p in pythons.items() if not given.only or given.only in n}
            if not pythons:
                raise BenchmarkError(f"no contender of {name} has {given.only!r} in its name")
            runs = rounds.run(case, folder, pythons, rounds=given.rounds)
            print(table.lay_out(case, runs, about=case.about(folder)))
            for contender, why in left_out.items():
                print(f"{contender} was left out: {why}")
    except BenchmarkError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help=f"{', '.join(CASES)}  [default: all]"
    )
    parser.add_argument("--rounds", type=_positive, default=5, help="[default: 5]")
    parser.add_argument(
        "--events",
        type=_positive,
        default=10_000_000,
        help="about how many page events, or order lines, the shop has  [default: 10000000]",
    )
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only contenders named so, in part  [all]"
    )
    given = parser.parse_args(arguments)
    for name in given.cases:
        if name not in CASES:
            parser.error(f"there is no case {name}; there are {', '.join(CASES)}")
    return given


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
