"""``turfwatch console``: incidents in a browser."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline import loop
from pipeline.cli.logs import log_to_stderr
from pipeline.cli.session import Loaded, redis_option
from pipeline.errors import ConfigError
from pipeline.state.client import connect

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.live.ending import Ending

NICE: Final = 10
"""How far a console steps back behind others on the same machine: pages may wait, a worker may not."""


@click.command()
@click.option("--host", help="Address on which it answers (default: console.host); any but loopback needs a token.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port of it (default: console.port).")
@click.option("--lang", "language", type=click.Choice(["en", "de"]), help="Language where a browser asks for neither.")
@click.option("--pseudonyms", is_flag=True, default=None, help="Show pseudonyms in place of accounts.")
@redis_option
@click.pass_obj
def console(loaded: Loaded, /, url: str | None, **options: Any) -> None:
    """Show incidents in a browser, as they come, until Ctrl-C: what they rest on, who takes part, and your verdicts."""
    from pipeline.console.app import check_open  # noqa: PLC0415 - no other command needs a web server
    from pipeline.live.ending import ended_by_signals  # noqa: PLC0415 - the same

    log_to_stderr()
    os.nice(NICE)
    given = {name: value for name, value in options.items() if value is not None}
    settings = loaded[0].model_copy(update={"console": loaded[0].console.model_copy(update=given)})
    check_open(settings)
    with contextlib.suppress(KeyboardInterrupt), ended_by_signals() as ending:
        loop.run(_console(settings, url, ending))


async def _console(settings: Settings, url: str | None, ending: Ending) -> None:
    from pipeline.cli.changes import login_name  # noqa: PLC0415 - no other command needs these
    from pipeline.console.app import new_parts, serving  # noqa: PLC0415 - the same
    from pipeline.live.feed import Feed  # noqa: PLC0415 - the client of Kafka takes long to import

    chosen = url or (settings.redis.url.get_secret_value() if settings.redis.url else None)
    if chosen is None:
        raise ConfigError("a console needs the server of the workers: give --redis URL, or set redis.url")
    # Behind a token anybody may sit, and who runs the process is none of them.
    author = "" if settings.console.token else login_name()
    with ending.told() as stop:
        async with (
            connect(chosen, settings.redis.socket_timeout_s) as client,
            serving(new_parts(settings, client, Feed(settings.kafka), author)),
        ):
            await stop.wait()
