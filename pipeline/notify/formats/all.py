"""All formats by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.notify.formats.alertmanager import ALERTMANAGER
from pipeline.notify.formats.discord import DISCORD
from pipeline.notify.formats.generic import GENERIC
from pipeline.notify.formats.mattermost import MATTERMOST
from pipeline.notify.formats.pagerduty import PAGERDUTY
from pipeline.notify.formats.slack import SLACK
from pipeline.notify.formats.teams import TEAMS

if TYPE_CHECKING:
    from pipeline.notify.formats.form import Form

FORMS: Final[dict[str, Form]] = {
    form.name: form for form in (GENERIC, ALERTMANAGER, SLACK, DISCORD, TEAMS, MATTERMOST, PAGERDUTY)
}
"""Formats by the name that a configuration gives."""
