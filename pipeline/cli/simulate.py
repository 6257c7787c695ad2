"""``turfwatch simulate``: a labelled recording of an invented town."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from pipeline.post import encode_line
from pipeline.recordings.source import STDIN
from pipeline.simulate.roles import write_roles
from pipeline.simulate.scenario import Performance
from pipeline.simulate.scenarios import DEFAULT_POSTS, SCENARIOS, ScenarioName, draw_scenario
from pipeline.simulate.stream import simulate as simulated
from pipeline.simulate.stream import write_recording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.post import Line

SINGLE = "single"
SINGLE_ACCOUNTS = 24


@click.command()
@click.option(
    "--scenario",
    type=click.Choice([*SCENARIOS, SINGLE]),
    default=SCENARIOS[0],
    show_default=True,
    help="What happens: docs/simulate.md describes them.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same posts.")
@click.option(
    "--posts",
    type=click.IntRange(1),
    default=DEFAULT_POSTS,
    show_default=True,
    help="Ordinary posts, about; campaigns and copies come on top. With 'single' all posts.",
)
@click.option(
    "--accounts",
    type=click.IntRange(0),
    help=f"Accounts of the campaign of 'single', {SINGLE_ACCOUNTS} by default; 0 for none.",
)
@click.option("--out", default=STDIN, metavar="FILE", help="Where to: .jsonl, .gz or .zst; - for standard output.")
@click.option("--roles", metavar="FILE", type=click.Path(path_type=Path), help="Write who plays which role, as JSON.")
def simulate(scenario: str, seed: int, posts: int, accounts: int | None, out: str, roles: Path | None) -> None:
    """Write a simulated recording: organic chatter, organic copies and campaigns, labelled."""
    if scenario == SINGLE:
        if roles is not None:
            raise click.UsageError("--roles is not for the scenario 'single', whose labels say it all")
        _write(simulated(seed, posts, accounts=SINGLE_ACCOUNTS if accounts is None else accounts), out)
        return
    if accounts is not None:
        raise click.UsageError("--accounts is only for the scenario 'single'")
    performance = Performance(draw_scenario(cast("ScenarioName", scenario), seed, posts), seed)
    _write(performance.lines(), out)
    if roles is not None:
        write_roles(roles, performance.roles())


def _write(lines: Iterable[Line], out: str) -> None:
    if out == STDIN:
        for line in lines:
            sys.stdout.buffer.write(encode_line(line) + b"\n")
        return
    count = write_recording(Path(out), lines)
    click.echo(f"{count:,} lines written to {out}", err=True)
