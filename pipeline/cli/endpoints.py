"""``turfwatch endpoints``: who is told of incidents."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import click
from rich.table import Table

from pipeline import loop
from pipeline.cli.show import console, plain, safe
from pipeline.errors import ConfigError, UserError
from pipeline.incidents.public import encode_event, rfc3339
from pipeline.notify.attempts import OK
from pipeline.notify.endpoint import Endpoint, read_endpoint
from pipeline.notify.sample import SAMPLE_ID, sample_event
from pipeline.notify.sender import open_sender
from pipeline.notify.signing import ID_HEADER, signed_headers, webhook_id

if TYPE_CHECKING:
    from pipeline.cli.session import Loaded
    from pipeline.notify.attempts import Answer

HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "turfwatch"}


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
    table = Table("endpoint", "host", "secrets", "may lie in", "state")
    for name, section in sorted(sections.items()):
        places = ", ".join(section.secrets), ", ".join(section.networks) or "public networks"
        try:
            host, state = read_endpoint(name, section).host, "ready"
        except ConfigError as error:
            host, state = "", str(error)
        table.add_row(name, plain(host), *map(plain, places), plain(state))
    console().print(table)


@endpoints.command()
@click.argument("name")
@click.pass_obj
def test(loaded: Loaded, name: str) -> None:
    """Send a signed sample to the endpoint NAME, once, and tell what it answers."""
    sections = loaded[0].endpoints
    if name not in sections:
        known = ", ".join(sorted(sections)) or "none is configured"
        raise UserError(f"no endpoint {safe(name)}; there are: {known}")
    endpoint = read_endpoint(name, sections[name])
    started = time.monotonic()
    sent, answer = loop.run(_sent(endpoint))
    taken = time.monotonic() - started
    if answer.status not in OK:
        raise UserError(f"endpoint {name}: {answer.trouble or f'answered {answer.status}'} after {taken:.1f} s")
    click.echo(f"endpoint {name} took the sample {sent}: answered {answer.status} after {taken:.1f} s")


async def _sent(endpoint: Endpoint) -> tuple[str, Answer]:
    """Send the sample; returns its id and the answer."""
    now = time.time()
    body = encode_event(sample_event(rfc3339(int(now * 1000))))
    signed = signed_headers(webhook_id(SAMPLE_ID, int(now * 1000), endpoint.name), int(now), body, endpoint.keys)
    async with open_sender(endpoint.networks, endpoint.timeout_s) as sender:
        return signed[ID_HEADER], await sender.post(endpoint.url, {**HEADERS, **signed}, body)
