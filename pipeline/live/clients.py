"""What every Kafka client is told of the brokers: where they are and how they are spoken to."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING, Any

from kafka.errors import KafkaError, KafkaTimeoutError

from pipeline.errors import BrokerError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sections import KafkaSection


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


def client_options(kafka: KafkaSection) -> dict[str, Any]:
    """Return the options of a kafka-python client: admin, producer or consumer."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.brokers.split(","),
        "security_protocol": kafka.security.upper(),
        "client_id": "turfwatch",
    }
    if context := tls_context(kafka):
        options["ssl_context"] = context
    if kafka.security.startswith("sasl") and kafka.password:
        options["sasl_mechanism"] = kafka.mechanism
        options["sasl_plain_username"] = kafka.username
        options["sasl_plain_password"] = kafka.password.get_secret_value()
    return options


def async_options(kafka: KafkaSection) -> dict[str, Any]:
    """Return the options of an aiokafka client that say how brokers are spoken to."""
    named = client_options(kafka)
    named["ssl_context"] = named.get("ssl_context")
    return {name: value for name, value in named.items() if name not in ("bootstrap_servers", "client_id")}


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
