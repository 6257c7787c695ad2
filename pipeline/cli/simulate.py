"""``turfwatch simulate``: a labelled recording of an invented town."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.post import encode_line
from pipeline.recordings.source import STDIN
from pipeline.simulate.stream import simulate as simulated
from pipeline.simulate.stream import write_recording


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same posts.")
@click.option("--posts", type=click.IntRange(1), default=20_000, show_default=True, help="Posts in all.")
@click.option(
    "--accounts",
    type=click.IntRange(0),
    default=24,
    show_default=True,
    help="Accounts of the campaign; 0 for none.",
)
@click.option("--out", default=STDIN, metavar="FILE", help="Where to: .jsonl, .gz or .zst; - for standard output.")
def simulate(seed: int, posts: int, accounts: int, out: str) -> None:
    """Write a simulated recording: organic chatter and one campaign, labelled."""
    stream = simulated(seed, posts, accounts=accounts)
    if out == STDIN:
        for post in stream:
            sys.stdout.buffer.write(encode_line(post) + b"\n")
        return
    count = write_recording(Path(out), stream)
    click.echo(f"{count:,} posts written to {out}", err=True)
