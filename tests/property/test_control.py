"""Control lines: what can be read is kept as it was said, what cannot is refused with the reason of its kind."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.changes import ALLOW, ANSWER, Change, read_change
from pipeline.detect import allow
from pipeline.detect.allow import KINDS, NOBODY, Allowed, AllowList, joined, stored_entry
from pipeline.errors import LineError
from pipeline.incidents import answer
from pipeline.incidents.answer import Answer, stored_answer
from pipeline.incidents.public import rfc3339
from pipeline.post import Control, decode_line, encode_line
from pipeline.times import MAX_TIME_MS, MIN_TIME_MS

AT = "2026-01-01T00:00:00Z"
ID = "inc_0123456789abcdef"
authors = st.text(st.characters(codec="utf-8"), max_size=128)
notes = st.none() | st.text(st.characters(codec="utf-8"), max_size=2000)
verdicts = st.sampled_from(["true", "false", "benign"])
names = st.text("abcdef0123456789", min_size=16, max_size=16)
times = st.integers(MIN_TIME_MS, MAX_TIME_MS - 1)
entries = st.builds(Allowed, st.sampled_from(KINDS), names, st.none() | st.integers(0, 100))


def line(action: str, value: str | None, note: str | None = None) -> Control:
    return Control(action=action, created_at=AT, value=value, note=note)


def change_of(read: Control) -> Change | None:
    """What a line changes once it has been through a log."""
    again = decode_line(encode_line(read))
    assert isinstance(again, Control)
    return read_change(again.action, again.value, again.note)


def reason_of(action: str, value: str | None, note: str | None = None) -> str:
    with pytest.raises(LineError) as error:
        decode_line(encode_line(line(action, value, note)))
    return error.value.reason


@given(names, verdicts, authors, notes)
def test_an_answer_is_kept_as_it_was_given(name: str, said: answer.Verdict, author: str, note: str | None) -> None:
    found = change_of(line(answer.ACTION, answer.write_value(f"inc_{name}", said, author), note))

    assert found is not None
    assert (found.what, found.key) == (ANSWER, f"inc_{name}")
    assert stored_answer(found.value.encode()) == Answer(said, author, note or "")


@given(st.sampled_from(KINDS), names, st.none() | times, authors, notes)
def test_an_entry_is_kept_as_it_was_given_and_goes_by_kind_and_value(
    kind: allow.AllowKind, value: str, until: int | None, author: str, note: str | None
) -> None:
    said = allow.write_value(kind, value, None if until is None else rfc3339(until), author)
    found = change_of(line(allow.ADD, said, note))

    assert found is not None
    assert (found.what, found.key) == (ALLOW, f"{kind}:{value}")
    assert stored_entry(found.value.encode()) == Allowed(kind, value, until, author, note or "")
    assert change_of(line(allow.REMOVE, said, note)) == Change(ALLOW, found.key, "")


@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.none())
def test_what_is_no_json_of_a_change_is_refused_with_the_reason_of_its_kind(value: str | None) -> None:
    assert reason_of(answer.ACTION, value) == "bad-verdict"
    assert reason_of(allow.ADD, value) == "bad-allow"
    assert reason_of(allow.REMOVE, value) == "bad-allow"


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ({"incident_id": ID}, None),
        ({"incident_id": ID, "verdict": "maybe"}, None),
        ({"incident_id": f"{ID}\n", "verdict": "true"}, None),
        ({"incident_id": "dig_0123456789abcdef", "verdict": "true"}, None),
        ({"incident_id": ID, "verdict": "true", "author": "a" * 129}, None),
        ({"incident_id": ID, "verdict": "true", "author": 1}, None),
        ({"incident_id": ID, "verdict": "true"}, "n" * 2001),
    ],
)
def test_an_answer_out_of_bounds_is_refused(value: dict[str, object], note: str | None) -> None:
    assert reason_of(answer.ACTION, msgspec.json.encode(value).decode(), note) == "bad-verdict"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"kind": "word", "value": "tram"}, "bad-allow"),
        ({"kind": "account", "value": " "}, "bad-allow"),
        ({"kind": "account", "value": "a" * 513}, "bad-allow"),
        ({"kind": "domain", "value": "https://town.example/a"}, "bad-allow"),
        ({"kind": "cluster", "value": "0123"}, "bad-allow"),
        ({"kind": "cluster", "value": "0" * 16, "author": "a" * 129}, "bad-allow"),
        ({"kind": "domain", "value": "town.example", "until": "soon"}, "bad-time"),
        ({"kind": "domain", "value": "town.example", "until": "2026-01-01T00:00:00"}, "naive-time"),
    ],
)
def test_an_entry_that_names_nothing_is_refused(value: dict[str, object], reason: str) -> None:
    assert reason_of(allow.ADD, msgspec.json.encode(value).decode()) == reason


def test_values_are_kept_as_they_are_compared() -> None:
    said = [("domain", " WWW.Town.Example. "), ("cluster", "0123456789ABCDEF"), ("account", " Ann ")]
    kept = [
        allow.read_entry(msgspec.json.encode({"kind": kind, "value": value}).decode()).value for kind, value in said
    ]

    assert kept == ["town.example", "0123456789abcdef", "Ann"]


@given(st.lists(entries, max_size=8), st.integers(-1, 101))
def test_what_has_ended_counts_no_longer_and_what_is_configured_always_does(rows: list[Allowed], now: int) -> None:
    configured = AllowList(frozenset({"ann"}), frozenset({"town.example"}))
    found = joined(configured, rows, now)

    def living(kind: str) -> set[str]:
        return {row.value for row in rows if row.kind == kind and (row.until is None or now < row.until)}

    assert found.accounts == {"ann", *living("account")}
    assert found.domains == {"town.example", *living("domain")}
    assert found.clusters == living("cluster")
    assert joined(NOBODY, [], now) is NOBODY
