"""The command line: report, import, check, tables, simulate."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from shophelm import __version__
from shophelm.errors import ShophelmError

AS_OF = click.option(
    "--as-of",
    default=lambda: str(date.today()),  # noqa: DTZ011 - the one place that reads the clock
    show_default="today",
    help="Last day that counts, YYYY-MM-DD; nothing later is seen.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="shophelm")
def cli() -> None:
    """Turn an online shop's own exports into the decisions of the week."""


@cli.command()
@click.option("--data", required=True, help="The shop: a folder, a DuckDB file or an Ibis URL.")
@AS_OF
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The report's folder.")
@click.option("--area", "areas", multiple=True, help="Run only this area (may be repeated).")
@click.option(
    "-p", "parameters", nargs=2, multiple=True, metavar="NAME VALUE", help="A notebook parameter."
)
@click.option("--ledger", help="The ledger of actions.  [default: actions file in the shop]")
@click.option("--jobs", type=click.IntRange(min=1), help="Notebooks at a time.  [default: cores]")
@click.option("--profile", is_flag=True, help="Print where each notebook's time went.")
def report(
    data: str,
    as_of: str,
    out: Path,
    areas: tuple[str, ...],
    parameters: tuple[tuple[str, str], ...],
    ledger: str | None,
    jobs: int | None,
    profile: bool,
) -> None:
    """Run the notebooks on a shop and publish the report."""
    from shophelm.report.publish import report as publish

    runs = publish(
        data,
        as_of=as_of,
        out=out,
        areas=areas,
        parameters=dict(parameters),
        ledger=ledger,
        jobs=jobs,
        progress=lambda line: click.echo(line, err=True),
    )
    if profile:
        _print_profile(runs)
    click.echo(f"The report is {out.absolute() / 'index.html'}")
    if any(run.error for run in runs):
        sys.exit(1)


@cli.command()
@click.argument("folder")
@AS_OF
def check(folder: str, as_of: str) -> None:
    """Hold a shop against its contract: rows read and rejected, promises kept or broken."""
    from shophelm.shop.inspecting import inspect

    clean = inspect(folder, as_of=as_of, say=click.echo)
    if not clean:
        sys.exit(1)


@cli.command()
def tables() -> None:
    """Print the dictionary: every table, its columns, and what it unlocks."""
    from shophelm.shop.dictionary import dictionary

    click.echo(dictionary())


class _Import(click.Command):
    """Lists the formats below the options."""

    def format_epilog(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        from shophelm.shop.importers import AUTO, FORMATS

        with formatter.section("Formats"):
            told = [(AUTO, "each file in the format that its columns tell")]
            formatter.write_dl(told + [(f.name, f.help) for f in FORMATS.values()])


@cli.command(name="import", cls=_Import)
@click.argument("format_name", metavar="FORMAT")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The shop's folder.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="What buyer ids are hashed with.  [default: ~/.config/shophelm/key, made on first use]",
)
def import_(format_name: str, files: tuple[Path, ...], to: Path, key_file: Path | None) -> None:
    """Turn platforms' exports into a shop's folder.

    FORMAT is one of those below. Files of several months add up: of an order or a day that stands
    in two exports the newer is taken. Names, phones and addresses are left behind; buyer ids become
    hashes of a key.
    """
    from shophelm.shop.importers import AUTO, import_auto, import_files

    given = {"key_file": key_file, "progress": lambda s: click.echo(s, err=True)}
    if format_name == AUTO:
        records = import_auto(files, to, **given)
    else:
        records = (import_files(format_name, files, to, **given),)
    for record in records:
        for line in record.lines():
            click.echo(line)


@cli.command()
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The shop's folder.")
@click.option("--customers", type=click.IntRange(min=100), help="Size of the shop.")
@click.option("--seed", type=int, help="Another seed gives another shop.")
@click.option("--format", "file_format", type=click.Choice(["csv", "parquet"]), default="csv")
def simulate(to: Path, customers: int | None, seed: int | None, file_format: str) -> None:
    """Make a shop with planted truth, of any size."""
    from shophelm.simulate import simulate as make

    given = {"customers": customers, "seed": seed}
    make(
        to,
        file_format=file_format,
        progress=lambda what, share: click.echo(f"{share:4.0%} {what}", err=True),
        **{k: v for k, v in given.items() if v is not None},
    )
    click.echo(f"The shop is {to}; what was planted in it is {to / 'truth.json'}")


def _print_profile(runs: list) -> None:
    words = ("total", "kernel", "imports", "queries", "figures")
    click.echo("seconds".ljust(14) + "".join(w.rjust(9) for w in words))
    for run in runs:
        spent = "".join(f"{run.seconds.get(w, 0):9.2f}" for w in words)
        click.echo(run.area.ljust(14) + spent)


def main() -> None:
    """Run the command line; an error of ours is one line and exit status 2."""
    try:
        cli(standalone_mode=False)
    except ShophelmError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped; nothing was published.", err=True)
        sys.exit(130)
