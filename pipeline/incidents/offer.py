"""What an operator could vouch for, so that the like of an incident is suppressed from now on. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.detect.assess import SHOWN_TEMPLATES
from pipeline.detect.causes import MOST
from pipeline.text.links import link_domains

if TYPE_CHECKING:
    from pipeline.detect.allow import AllowKind
    from pipeline.incidents.public import IncidentEvent

FEW: Final = 5
"""Accounts that are named one by one."""


def offers(event: IncidentEvent) -> list[tuple[AllowKind, str]]:
    """Return entries of the allow list: the site that most of its texts link to, its accounts if few, its texts.

    Only what would suppress it: texts are left out where there may be more than are shown.
    """
    texts, accounts = event.data.templates, event.data.accounts
    sites = Counter(site for each in texts for site in link_domains(each.samples))
    site, count = max(sites.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    found: list[tuple[AllowKind, str]] = []
    if site and count >= MOST * len(texts):
        found.append(("domain", site))
    if accounts.members == len(accounts.sample) <= FEW:
        found += [("account", name) for name in accounts.sample]
    if len(texts) < SHOWN_TEMPLATES:
        found += [("cluster", each.cluster) for each in texts if each.cluster]
    return found
