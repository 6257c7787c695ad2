"""``python -m pipeline.broker``: a broker in the foreground until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.broker.node import running_broker
from pipeline.broker.ports import choose
from pipeline.errors import BrokerError, TurfwatchError, UserError

if TYPE_CHECKING:
    from types import FrameType


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=9092, show_default=True, help="Port on 127.0.0.1.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the log here (default: it is not kept).")
def start(port: int, folder: Path | None) -> None:
    """Run Apache Kafka on loopback until Ctrl-C."""
    with running_broker(choose(port), folder) as broker:
        click.echo(
            f"Kafka answers on {broker.address}, its log is {'kept' if folder else 'gone at the end'}; Ctrl-C ends it"
        )
        if broker.wait():
            raise BrokerError("the broker ended by itself")


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run it; Ctrl-C is its ordinary end."""
    signal.signal(signal.SIGTERM, _end)
    # A shell gives what it starts in the background a deaf ear for Ctrl-C.
    signal.signal(signal.SIGINT, _end)
    try:
        start(standalone_mode=False)
    except (KeyboardInterrupt, click.exceptions.Abort):
        return
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except TurfwatchError as error:
        _fail(str(error), 2 if isinstance(error, UserError) else 1)


def _fail(message: str, code: int) -> None:
    click.echo(f"turfwatch: {message}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
