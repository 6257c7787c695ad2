"""A replay of pseudonyms tells the same campaigns as one of accounts, under other names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from support.command import turfwatch

from pipeline.post import Post, decode_line, encode_line
from pipeline.text.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from pathlib import Path


def told(recording: Path) -> list[dict[str, dict[str, object]]]:
    done = turfwatch("replay", recording, "--output", "jsonl", "--members")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def shape(events: list[dict[str, dict[str, object]]]) -> list[tuple[object, ...]]:
    names = ("kind", "severity", "posts", "first_post_at", "last_post_at", "keywords")
    return [(event["type"], event["timestamp"], *(event["data"].get(name) for name in names)) for event in events]


def split(
    events: list[dict[str, dict[str, object]]],
) -> tuple[list[dict[str, dict[str, object]]], list[tuple[object, ...]]]:
    """What is told of incidents; and the shape of bursts of tags, who is mentioned in them left out.

    Of a mention and a link in the same posts, hashes say which gives a burst its name: those are not compared.
    """
    incidents = [event for event in events if event["data"]["kind"] != "keyword-burst"]
    tags: list[tuple[object, ...]] = []
    for *rest, names in shape([event for event in events if event["data"]["kind"] == "keyword-burst"]):
        assert isinstance(names, list)
        if names[0].startswith("#"):
            tags.append((*rest, [re.sub("^@.*", "@", name) for name in names]))
    return incidents, tags


def test_pseudonyms_change_who_and_nothing_else(tmp_path: Path) -> None:
    raw, hidden = tmp_path / "raw.jsonl", tmp_path / "hidden.jsonl"
    assert turfwatch("simulate", "--seed", "7", "--posts", "8000", "--out", raw).returncode == 0
    pseudonyms = Pseudonyms(b"sixteen letters!")
    lines = [decode_line(line) for line in raw.read_bytes().splitlines()]
    names = {line.author_id for line in lines if isinstance(line, Post)}
    for line in lines:
        if isinstance(line, Post):
            pseudonyms.apply(line)
    hidden.write_bytes(b"".join(encode_line(line) + b"\n" for line in lines))

    (before, tags), (after, tags_after) = split(told(raw)), split(told(hidden))

    assert len(before) > 10
    assert len(tags) > 10
    assert shape(after) == shape(before)
    assert tags_after == tags
    for one, other in zip(before, after, strict=True):
        members, aliases = (event["data"]["accounts"]["ids"] for event in (one, other))  # type: ignore[index] # JSON
        assert len(aliases) == len(members)
        assert names.isdisjoint(aliases)
    assert not [name for name in names if f'"{name}"'.encode() in hidden.read_bytes()]
