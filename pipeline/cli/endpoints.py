"""``turfwatch endpoints``: who is told of incidents."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.table import Table

from pipeline import loop
from pipeline.cli.deliveries import names_of, needed
from pipeline.cli.session import Loaded, redis_option, server
from pipeline.cli.show import console, plain
from pipeline.errors import ConfigError, UserError
from pipeline.incidents.public import rfc3339
from pipeline.notify.attempt import attempt
from pipeline.notify.attempts import OK
from pipeline.notify.endpoint import Endpoint, read_endpoint
from pipeline.notify.notifier import deliveries_of
from pipeline.notify.sample import SAMPLE_ID, sample_event
from pipeline.notify.sender import open_sender
from pipeline.notify.signing import webhook_id

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.notify.attempts import Answer


@click.group()
def endpoints() -> None:
    """Look after the receivers of webhooks, [endpoints.NAME] in the file of settings."""


@endpoints.command("list")
@click.pass_obj
def list_(loaded: Loaded) -> None:
    """List endpoints, and what is wrong with them."""
    sections = loaded[0].endpoints
    if not sections:
        click.echo("no endpoint is configured: [endpoints.NAME] with url and secrets (docs/configuration.md)")
        return
    table = Table("endpoint", "format", "host", "secrets", "may lie in", "state")
    for name, section in sorted(sections.items()):
        places = (
            ", ".join((*section.secrets, *filter(None, (section.key,)))),
            ", ".join(section.networks) or "public networks",
        )
        try:
            host, state = read_endpoint(name, section).host, "ready"
        except ConfigError as error:
            host, state = "", str(error)
        table.add_row(name, section.format, plain(host), *map(plain, places), plain(state))
    console().print(table)


@endpoints.command()
@click.argument("name")
@click.pass_obj
def test(loaded: Loaded, name: str) -> None:
    """Send a signed sample to the endpoint NAME, once, and tell what it answers."""
    names_of(loaded[0], name)
    endpoint = read_endpoint(name, loaded[0].endpoints[name])
    started = time.monotonic()
    sent, answer = loop.run(_sent(endpoint))
    taken = time.monotonic() - started
    if answer.status not in OK:
        raise UserError(f"endpoint {name}: {answer.trouble or f'answered {answer.status}'} after {taken:.1f} s")
    click.echo(f"endpoint {name} took the sample {sent}: answered {answer.status} after {taken:.1f} s")


@endpoints.command()
@click.argument("name")
@redis_option
@click.pass_obj
def enable(loaded: Loaded, name: str, url: str | None) -> None:
    """Go on with the endpoint NAME, which answered that it is gone, or wait no longer for one that failed."""
    (known,) = names_of(loaded[0], name)
    was_disabled = loop.run(_enable(loaded[0], known, needed(loaded[0], url)))
    click.echo(f"endpoint {known} {'is enabled again' if was_disabled else 'is tried again at once'}")


async def _enable(settings: Settings, name: str, url: str) -> bool:
    async with server(settings, url, None, "everysec") as client:
        return await deliveries_of(client, settings, name).enable()


async def _sent(endpoint: Endpoint) -> tuple[str, Answer]:
    """Send the sample; returns its id and the answer."""
    now = time.time_ns() // 1_000_000
    name = webhook_id(SAMPLE_ID, now, endpoint.name)
    async with open_sender(endpoint.networks, endpoint.timeout_s) as sender:
        return name, await attempt(endpoint, sender, [sample_event(rfc3339(now))], name, now)
