"""The command ``turfwatch``: errors as one line, exit codes 0, 1 (ours) and 2 (the user's mistake)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline import __version__
from pipeline.cli.allow import allow
from pipeline.cli.bursts import bursts
from pipeline.cli.config import config
from pipeline.cli.console import console
from pipeline.cli.dead_letters import dead_letters
from pipeline.cli.deliveries import deliveries
from pipeline.cli.endpoints import endpoints
from pipeline.cli.evaluate import evaluate
from pipeline.cli.explain import explain
from pipeline.cli.export import export
from pipeline.cli.incidents import incidents
from pipeline.cli.inspect import inspect
from pipeline.cli.lag import lag
from pipeline.cli.notify import notify
from pipeline.cli.replay import replay
from pipeline.cli.route import route
from pipeline.cli.silence import silence
from pipeline.cli.simulate import simulate
from pipeline.cli.state import state
from pipeline.cli.topics import topics
from pipeline.cli.up import up
from pipeline.cli.watch import watch
from pipeline.cli.worker import worker
from pipeline.config import load_settings
from pipeline.errors import TurfwatchError, UserError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="turfwatch")
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="TOML file with settings (default: TURFWATCH_CONFIG, else ./turfwatch.toml where it exists).",
)
@click.pass_context
def turfwatch(context: click.Context, path: Path | None) -> None:
    """Find coordinated campaigns in streams of social-media posts."""
    context.obj = load_settings(path)


for command in (
    *(replay, bursts, explain, evaluate, inspect, simulate),
    *(up, worker, console, route, notify, topics, lag, export, dead_letters),
    *(incidents, watch, allow),
    *(config, endpoints, deliveries, silence, state),
):
    turfwatch.add_command(command)


def main() -> None:
    """Run the command; a mistake is told in one line, without a traceback."""
    try:
        code = turfwatch(standalone_mode=False)
    except click.exceptions.Abort:
        _fail("interrupted", 130)
    except click.ClickException as error:
        _fail(_told(error), error.exit_code)
    except UserError as error:
        _fail(str(error), 2)
    except TurfwatchError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except BrokenPipeError:
        # Who read the output has gone, as `head` does: nothing is wrong, and nothing may be written any more.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: click.ClickException) -> str:
    """One line of what click has to say, and where to read on."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see {context.command_path} -h)" if context else ""
    return " ".join(error.format_message().split()).rstrip(".") + hint


def _fail(message: str, code: int) -> None:
    click.echo(f"turfwatch: {message}", err=True)
    sys.exit(code)
