"""``turfwatch deliveries``: what waits for endpoints, and what could not be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from pipeline import loop
from pipeline.cli.session import Loaded, redis_option, server
from pipeline.cli.show import console, moment, plain
from pipeline.errors import UserError
from pipeline.notify.notifier import clock, deliveries_of
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.notify.deliveries import DeadLetter, Standing

MOST = 100
"""Dead letters of an endpoint that are listed."""

endpoint_option = click.option("--endpoint", "name", help="Only those of one endpoint.")


@click.group()
def deliveries() -> None:
    """Look after what endpoints are sent."""


@deliveries.command("list")
@endpoint_option
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@redis_option
@click.pass_obj
def list_(loaded: Loaded, name: str | None, output: str, url: str | None) -> None:
    """List how endpoints stand, and their last dead letters, the latest first."""
    found = loop.run(_read(loaded[0], name, needed(loaded[0], url)))
    if output == "json":
        rows = [
            {**msgspec.structs.asdict(stands), "endpoint": each, "letters": [_row(letter) for letter in letters]}
            for each, stands, letters in found
        ]
        click.echo(msgspec.json.encode(rows))
        return
    console().print(_standings([(each, stands) for each, stands, _ in found]))
    if any(letters for _, _, letters in found):
        console().print(_letters([(each, letter) for each, _, letters in found for letter in letters]))


@deliveries.command()
@click.argument("delivery_id")
@redis_option
@click.pass_obj
def show(loaded: Loaded, delivery_id: str, url: str | None) -> None:
    """Show the dead letter DELIVERY_ID: why, since when, and the event as JSON."""
    endpoint, letter = loop.run(_find(loaded[0], delivery_id, needed(loaded[0], url)))
    click.echo(f"endpoint {endpoint}: {letter.why}, {moment(letter.at)} UTC, after {_attempts(letter)}", err=True)
    click.echo(letter.delivery.event)


@deliveries.command()
@click.argument("delivery_id", required=False)
@endpoint_option
@redis_option
@click.pass_obj
def resend(loaded: Loaded, delivery_id: str | None, name: str | None, url: str | None) -> None:
    """Send the dead letter DELIVERY_ID again, or with --endpoint all of one, each with its id."""
    if (delivery_id is None) == (name is None):
        raise click.UsageError("give the id of a dead letter, or --endpoint NAME for all of one")
    sent = loop.run(_resend(loaded[0], delivery_id, name, needed(loaded[0], url)))
    click.echo(f"{sent} {'delivery waits' if sent == 1 else 'deliveries wait'} again for a notifier")


def needed(settings: Settings, url: str | None) -> str:
    """Return the server's URL. Raises UserError where none is named: an embedded one would know nothing."""
    configured = settings.redis.url.get_secret_value() if settings.redis.url else None
    if not (url or configured):
        raise UserError("name the server with --redis URL or TURFWATCH_REDIS_URL")
    return url or configured or ""


def names_of(settings: Settings, name: str | None) -> list[str]:
    """Return the names of the endpoints asked for. Raises UserError for one that nobody knows."""
    if name is not None and name not in settings.endpoints:
        known = ", ".join(sorted(settings.endpoints)) or "none is configured"
        raise UserError(f"no endpoint {safe(name)}; there are: {known}")
    return [name] if name is not None else sorted(settings.endpoints)


async def _read(settings: Settings, name: str | None, url: str) -> list[tuple[str, Standing, list[DeadLetter]]]:
    async with server(settings, url, None, "everysec") as client:
        queues = [deliveries_of(client, settings, each) for each in names_of(settings, name)]
        return [(each.endpoint, await each.standing(), await each.dead_letters(MOST)) for each in queues]


async def _find(settings: Settings, delivery_id: str, url: str) -> tuple[str, DeadLetter]:
    async with server(settings, url, None, "everysec") as client:
        for name in sorted(settings.endpoints):
            if letter := await deliveries_of(client, settings, name).dead_letter(delivery_id):
                return name, letter
    raise UserError(f"no dead letter {safe(delivery_id)}; turfwatch deliveries list shows them")


async def _resend(settings: Settings, delivery_id: str | None, name: str | None, url: str) -> int:
    if delivery_id is not None:
        name, letter = await _find(settings, delivery_id, url)
        letters = [letter]
    sent = 0
    async with server(settings, url, None, "everysec") as client:
        queue = deliveries_of(client, settings, names_of(settings, name)[0])
        if delivery_id is None:
            letters = list(reversed(await queue.dead_letters(settings.notify.most_dead)))
        for letter in letters:
            sent += await queue.resend(letter, clock())
    return sent


def state_of(stands: Standing, now: int) -> str:
    """Return in words how an endpoint stands at a time (ms)."""
    if stands.disabled:
        missed = f", {stands.missed} events came since" if stands.missed else ""
        return f"disabled: {stands.disabled}{missed}"
    if stands.failures:
        pause = f"; left alone until {moment(stands.closed_until)}" if (stands.closed_until or 0) > now else ""
        return f"fails: {stands.trouble}{pause}"
    return "ready"


def _standings(rows: list[tuple[str, Standing]]) -> Table:
    table = Table()
    for title in ("endpoint", "waiting", "oldest", "delivered", "dead letters", "state"):
        table.add_column(title, justify="right" if title in ("waiting", "delivered", "dead letters") else "left")
    for name, stands in rows:
        oldest = moment(stands.oldest) if stands.oldest else ""
        counts = (f"{stands.waiting:,}", oldest, f"{stands.delivered:,}", f"{stands.dead:,}")
        table.add_row(name, *counts, plain(state_of(stands, clock())))
    return table


def _letters(rows: list[tuple[str, DeadLetter]]) -> Table:
    table = Table(title="dead letters", title_justify="left")
    for title in ("delivery", "endpoint", "event", "incident", "since", "attempts", "why"):
        table.add_column(title, justify="right" if title == "attempts" else "left", overflow="fold")
    for name, letter in rows:
        told = letter.delivery
        what = told.event_type.removeprefix("incident."), told.subject, moment(letter.at), str(letter.attempts)
        table.add_row(told.delivery_id, name, *map(plain, what), plain(letter.why))
    return table


def _row(letter: DeadLetter) -> dict[str, object]:
    told = letter.delivery
    return {
        "delivery_id": told.delivery_id,
        "type": told.event_type,
        "subject": told.subject,
        "why": letter.why,
        "at": letter.at,
        "attempts": letter.attempts,
    }


def _attempts(letter: DeadLetter) -> str:
    return "1 attempt" if letter.attempts == 1 else f"{letter.attempts} attempts"
