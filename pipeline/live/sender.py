"""Records to Kafka in their order, with bounded memory in flight and every acknowledgement looked at."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.record import util

from pipeline.errors import BrokerError, UserError
from pipeline.live.clients import BOOTSTRAP_MS, broker_trouble, client_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sections import KafkaSection

WINDOW_BYTES: Final = 33_554_432
"""Bytes in flight beyond which the sender waits for the oldest record: kafka-python itself knows no bound."""

_KEPT_BYTES: Final = 1024
"""What the client keeps of a record in flight besides its value."""

_BATCH_BYTES: Final = 262_144
_BATCH_OVERHEAD: Final = 256
"""Bytes of a batch and of a record around the key and the value, at most."""

_LINGER_MS: Final = 20
_DELIVERY_S: Final = 120
_CLOSE_S: Final = 2


class Sent(msgspec.Struct):
    """What brokers have acknowledged, without a gap from the first record on."""

    records: int = 0
    lines: int = 0


class Sender:
    """Sends records; what the brokers have acknowledged is in ``sent``."""

    def __init__(self, producer: KafkaProducer, kafka: KafkaSection) -> None:
        self.sent = Sent()
        self._producer = producer
        self._kafka = kafka
        self._flying: deque[tuple[Any, int, int]] = deque()
        self._bytes = 0

    def send(
        self,
        topic: str,
        value: bytes,
        key: bytes | None,
        *,
        lines: int = 1,
        headers: list[tuple[str, bytes]] | None = None,
        partition: int | None = None,
    ) -> None:
        """Send a record, waiting while too much is in flight. Raises BrokerError for an earlier one that was lost."""
        size = len(value) + _KEPT_BYTES
        while self._flying and (self._flying[0][0].is_done or self._bytes + size > WINDOW_BYTES):
            self._settle()
        future = self._producer.send(topic, value, key=key, headers=headers, partition=partition)
        self._flying.append((future, lines, size))
        self._bytes += size

    def finish(self) -> None:
        """Wait until all is acknowledged. Raises BrokerError where something was lost."""
        # Not by flush(): it fails where the client has to split a batch.
        while self._flying:
            self._settle()

    def _settle(self) -> None:
        future, lines, size = self._flying.popleft()
        try:
            future.get(timeout=_DELIVERY_S)
        except KafkaError as error:
            raise BrokerError(
                f"kafka at {self._kafka.brokers}: {error}; "
                f"the first {self.sent.lines:,} lines are safe, later ones may be lost"
            ) from error
        self._bytes -= size
        self.sent.records += 1
        self.sent.lines += lines


@contextlib.contextmanager
def sending(kafka: KafkaSection, *, packed: bool = False) -> Iterator[Sender]:
    """Yield a sender. Raises BrokerError where Kafka cannot be reached or fails; then nothing waits for the rest."""
    require_fast_sum()
    options = client_options(kafka)
    with broker_trouble(kafka):
        producer = KafkaProducer(
            **options,
            # Posts in one record repeat each other: they are compressed at no cost.
            compression_type="lz4" if packed else None,
            linger_ms=_LINGER_MS,
            batch_size=min(_BATCH_BYTES, kafka.record_bytes),
            max_request_size=kafka.record_bytes,
            max_block_ms=BOOTSTRAP_MS,
            delivery_timeout_ms=_DELIVERY_S * 1000,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            allow_auto_create_topics=False,
        )
        try:
            yield Sender(producer, kafka)
        except BaseException:
            # close() would wait for what is in flight first, and fail where that does not end.
            producer._sender.force_close()  # noqa: SLF001 - there is no public way
            with contextlib.suppress(KafkaError):
                producer.close(timeout=_CLOSE_S)
            raise
        producer.close()


def room(kafka: KafkaSection, key: bytes | None) -> int:
    """Return how many bytes the value of a record of posts may have."""
    return kafka.record_bytes - _BATCH_OVERHEAD - len(key or b"")


def require_fast_sum() -> None:
    """Raises UserError where kafka-python would compute checksums in Python, 15 times slower."""
    if util.crc32c_c is None:
        raise UserError("the package crc32c is missing or broken here: install turfwatch anew")
