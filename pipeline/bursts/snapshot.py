"""What is known of keywords as bytes: cells that were ever touched, bursts, and how far everything had come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from pipeline.bursts.baseline import Clock
from pipeline.bursts.burst import Burst
from pipeline.bursts.watch import Watch

if TYPE_CHECKING:
    from pipeline.bursts.follow import Follower


class Snapshot(msgspec.Struct, frozen=True):
    """A follower between two calls; times in ms, cells packed, at their places.

    ``blocks``: how many of the blocks that are kept had been read. ``followed``: patterns of the stream before
    the first of them.
    """

    blocks: int
    watermark: int
    closed: int
    marked: int
    epoch: int
    epoch_posts: int
    waiting: list[tuple[int, int]]
    hours_waiting: list[tuple[int, int]]
    clock: Clock
    open: list[Burst]
    ended: list[Burst]
    lately: list[tuple[int, list[int]]]
    counted: dict[str, int]
    followed: list[Watch]
    followed_posts: dict[str, int]
    places: tuple[bytes, bytes]
    cells: bytes
    hours: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Snapshot)


def take(follower: Follower) -> bytes:
    """Return the stored form of a follower that has closed all it can."""
    baseline = follower.baseline
    places = [np.flatnonzero(table) for table in (baseline.cells[0], baseline.hours)]
    return _encoder.encode(
        Snapshot(
            blocks=len(follower.blocks),
            watermark=follower.watermark,
            closed=follower.closed,
            marked=follower.marked,
            epoch=follower.epoch,
            epoch_posts=follower.epoch_posts,
            waiting=follower.waiting,
            hours_waiting=follower.hours,
            clock=baseline.clock,
            open=follower.going.open,
            ended=follower.going.ended,
            lately=follower.going.lately,
            counted=follower.going.counted,
            followed=list(follower.blocks.followed(follower.watched.stream).entries),
            followed_posts=follower.watched.posts,
            places=(places[0].tobytes(), places[1].tobytes()),
            cells=baseline.cells[:, places[0]].tobytes(),
            hours=baseline.hours[places[1]].tobytes(),
        )
    )


def restore(follower: Follower, stored: bytes) -> Snapshot:
    """Bring a new follower to what a stored form knows, but for the posts of its log; returns the stored form."""
    snapshot = _decoder.decode(stored)
    follower.closed, follower.epoch, follower.epoch_posts = snapshot.closed, snapshot.epoch, snapshot.epoch_posts
    follower.waiting = snapshot.waiting
    follower.hours = snapshot.hours_waiting
    going = follower.going
    going.open, going.ended, going.lately = snapshot.open, snapshot.ended, snapshot.lately
    going.counted = snapshot.counted
    follower.watched.restore(snapshot.followed)
    follower.baseline.clock = snapshot.clock
    cells, hours = (np.frombuffer(places, dtype=np.int64) for places in snapshot.places)
    follower.baseline.cells[:, cells] = np.frombuffer(snapshot.cells).reshape(3, len(cells))
    follower.baseline.hours[hours] = np.frombuffer(snapshot.hours)
    return snapshot
