"""``turfwatch up``: Kafka, a server, a worker and, if wanted, a simulated stream on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import loop
from pipeline.cli.news import gap, news
from pipeline.cli.show import console
from pipeline.embedded import locked
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from pipeline.broker.node import Broker
    from pipeline.broker.ports import Ports
    from pipeline.config import Settings
    from pipeline.live.ending import Ending

PORT = 9092
RATE = 20.0


@click.command()
@click.option("--simulate", is_flag=True, help="Let a simulated stream flow, with campaigns in it.")
@click.option(
    "--rate", type=click.FloatRange(1, 200), default=RATE, show_default=True, help="Its ordinary posts a second."
)
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR", help="Keep state and Kafka's log here.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), help=f"Kafka's port on 127.0.0.1 (default: {PORT} if it is free)."
)
@click.option("--deliver", is_flag=True, help="Notify endpoints of what is simulated or replayed, too.")
@click.pass_context
def up(
    context: click.Context, *, simulate: bool, rate: float, state: Path | None, port: int | None, deliver: bool
) -> None:
    """Run all of it on this machine until Ctrl-C, and show incidents as they open; nothing is left behind."""
    from pipeline.broker.jars import jar_folder, tool  # noqa: PLC0415 - no other command needs a broker
    from pipeline.broker.node import running_broker  # noqa: PLC0415 - the same
    from pipeline.live.ending import ended_by_signals  # noqa: PLC0415 - the same

    free = contextlib.nullcontext() if state is None else locked(state, "up.lock")
    with contextlib.suppress(KeyboardInterrupt), ended_by_signals() as ending, free:
        tool("java")
        here = jar_folder().is_dir()
        _say(f"starting Kafka{'' if here else '; its jars are fetched first, 43 MB, once'} ...")
        with running_broker(_ports(port), state / "kafka" if state else None) as broker:
            _invite(context.obj[0], broker.address, simulate=simulate)
            loop.run(_until_told(ending, _watch(context, broker, rate if simulate else None, state, deliver=deliver)))
            _say("ending Kafka ...")


async def _watch(
    context: click.Context, broker: Broker, rate: float | None, state: Path | None, *, deliver: bool
) -> None:
    from pipeline.live.machine import Voice, run_machine  # noqa: PLC0415 - Kafka's clients are slow to import

    # A client is told of a topic that is being made, and tries again; what stays wrong it raises.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    path = context.find_root().params.get("path")
    screen = console()
    voice = Voice(
        say=_say,
        warn=lambda line: click.echo(safe(line), err=True),
        show=lambda event: screen.print(news(event), end=gap(event)),
    )
    options = ["--config", str(path)] if path else []
    await run_machine(
        context.obj[0],
        broker,
        voice,
        options=options,
        state=state / "server" if state else None,
        rate=rate,
        deliver=deliver,
    )


async def _until_told(ending: Ending, watch: Coroutine[Any, Any, None]) -> None:
    """Watch until a signal comes; raises what ended it before."""
    with ending.told() as stop:
        watching, told = asyncio.create_task(watch), asyncio.create_task(stop.wait())
        await asyncio.wait((watching, told), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not watching.done():
            _say("ending ...")
            watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _invite(settings: Settings, address: str, *, simulate: bool) -> None:
    """Say what is where, and how posts get there."""
    kafka = settings.kafka
    _say(f"Kafka answers on {address}; Ctrl-C ends all of it")
    if simulate:
        _say("posts of an invented town flow; incidents are shown as they open")
        return
    _say(f"send posts to the topic {kafka.posts}: a line of JSON each (docs/formats.md), the stream's name as key")
    _say("a recording, from another terminal:")
    _say(f"  TURFWATCH_KAFKA_BROKERS={address} turfwatch replay FILE --to-kafka")
    _say(f"incidents are in the topic {kafka.incidents} and are shown here as they open")


def _ports(port: int | None) -> Ports:
    from pipeline.broker.ports import choose, is_free  # noqa: PLC0415 - no other command needs them

    return choose(port or (PORT if is_free(PORT) else None))


def _say(line: str) -> None:
    click.echo(safe(line))
