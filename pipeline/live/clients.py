"""What every Kafka client is told of the brokers: where they are and how they are spoken to."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING, Any, Final

from kafka.errors import KafkaError, KafkaTimeoutError

from pipeline.errors import BrokerError, ConfigError, TopicError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sections import KafkaSection


BOOTSTRAP_MS: Final = 10_000
"""Milliseconds until brokers that do not answer are given up."""


def tls_context(kafka: KafkaSection) -> ssl.SSLContext | None:
    """Return how brokers are verified, None where TLS is not wanted. Raises ConfigError for a file of no use."""
    if "ssl" not in kafka.security:
        return None
    try:
        context = ssl.create_default_context(cafile=kafka.ca_file)
        if kafka.cert_file and kafka.key_file:
            context.load_cert_chain(kafka.cert_file, kafka.key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"kafka.ca_file, kafka.cert_file, kafka.key_file: cannot be used: {error}") from None
    return context


def client_options(kafka: KafkaSection, client_id: str = "turfwatch") -> dict[str, Any]:
    """Return the options that every client has, of kafka-python as of aiokafka: admin, producer or consumer."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.brokers.split(","),
        "security_protocol": kafka.security.upper(),
        "client_id": client_id,
    }
    if context := tls_context(kafka):
        options["ssl_context"] = context
    if kafka.security.startswith("sasl") and kafka.password:
        options["sasl_mechanism"] = kafka.mechanism
        options["sasl_plain_username"] = kafka.username
        options["sasl_plain_password"] = kafka.password.get_secret_value()
    return options


def missing_topic(topic: str, kafka: KafkaSection) -> TopicError:
    """Return what to say of a topic that is not there."""
    return TopicError(f"no topic {topic!r} in kafka at {kafka.brokers}: `turfwatch topics create` makes it")


@contextlib.contextmanager
def broker_trouble(kafka: KafkaSection) -> Iterator[None]:
    """Turn what a client raises into a BrokerError that names the brokers."""
    try:
        yield
    except KafkaError as error:
        # Brokers hang up on a wrong password, which looks as if they were not there.
        asked = kafka.security.startswith("sasl") and isinstance(error, KafkaTimeoutError)
        hint = f" (are user and password, by {kafka.mechanism}, those that the brokers know?)" if asked else ""
        raise BrokerError(f"kafka at {kafka.brokers}: {error}{hint}") from error
