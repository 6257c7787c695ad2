"""Accounts of an incident as CSV that no spreadsheet takes for formulas. Pure."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

from pipeline.incidents.public import rfc3339
from pipeline.page.embedded import ACCOUNT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.page.model import AccountShown

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that spreadsheets compute, in all the widths that they read alike."""


def accounts_csv(accounts: Iterable[AccountShown]) -> str:
    """Return a line of names and a line an account; times are RFC 3339, what is not known is empty.

    A name that a spreadsheet would compute has an apostrophe before it, which spreadsheets do not show.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(ACCOUNT_FIELDS)
    for each in accounts:
        writer.writerow(
            _cell(value)
            for value in (
                *(each.platform, each.name, each.role, _time(each.first_at), each.posts, each.shared),
                *(
                    _time(each.born),
                    each.followers,
                    each.following,
                    each.client,
                    each.community,
                    None if each.group is None else each.group + 1,
                ),
            )
        )
    return out.getvalue()


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _cell(value: str | int | None) -> str | int:
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
