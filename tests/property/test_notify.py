"""Deliveries: signed as others verify it, tried again as the schedule says, and never sent where they may not go."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from pipeline.errors import ConfigError
from pipeline.notify.addresses import checked_url, embedded, read_networks, refusal
from pipeline.notify.attempts import DELAYS_S, LONGEST_WAIT_S, Answer, outcome
from pipeline.notify.signing import new_secret, read_secret, signed_headers, webhook_id

VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the one of the specification
PRIVATE = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "100.64.0.0/10",
            "0.0.0.0/8",
        ),
    )
)


def test_the_vector_of_the_specification_is_signed_as_it_says() -> None:
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [read_secret(VECTOR_SECRET)]
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.text(), st.text(min_size=1), st.integers(1, 1000))
def test_another_implementation_verifies_each_of_two_secrets(text: str, endpoint: str, revision: int) -> None:
    old, new = new_secret(), new_secret()
    body = f'{{"text":{len(text)},"said":"{text.encode().hex()}"}}'
    name = webhook_id("inc_1", revision, endpoint)

    headers = signed_headers(
        name, int(datetime.now(UTC).timestamp()), body.encode(), [read_secret(old), read_secret(new)]
    )

    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)
    assert name == webhook_id("inc_1", revision, endpoint) != webhook_id("inc_1", revision + 1, endpoint)


@pytest.mark.parametrize("written", ["", "whsec_", "whsec_short", "hunter2 is no base64", "whsec_" + "A" * 400])
def test_a_secret_that_is_none_is_refused_without_telling_it(written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_secret(written)

    assert not written.removeprefix("whsec_") or written.removeprefix("whsec_") not in str(caught.value)


statuses = st.integers(100, 599)


@given(statuses, st.integers(1, 12), st.one_of(st.none(), st.floats(0, 1e6)), st.integers())
def test_every_answer_has_one_fate(status: int, attempt: int, retry_after: float | None, seed: int) -> None:
    found = outcome(Answer(status, retry_after=retry_after), attempt, Random(seed))

    if 200 <= status < 300:
        assert found.fate == "delivered"
    elif status == 410:
        assert found.fate == "disabled"
    elif 400 <= status < 500 and status not in {408, 425, 429}:
        assert found.fate == "dead"
    elif attempt <= len(DELAYS_S):
        assert found.fate == "again"
        delay = DELAYS_S[attempt - 1]
        asked = min(retry_after or 0.0, LONGEST_WAIT_S)
        assert max(delay / 2, asked) <= found.wait <= max(delay, asked)
    else:
        assert found.fate == "dead"
    assert bool(found.why) == (found.fate != "delivered")


def test_attempts_go_on_for_three_days() -> None:
    assert 72 * 3600 <= sum(DELAYS_S) <= 78 * 3600


def test_an_endpoint_nobody_may_connect_to_is_not_tried_again() -> None:
    assert outcome(Answer(trouble="leads to 10.0.0.1", refused=True), 1, Random(1)).fate == "dead"
    assert outcome(Answer(trouble="no answer in time"), 1, Random(1)).fate == "again"


@given(
    st.sampled_from(PRIVATE).flatmap(lambda network: st.integers(0, network.num_addresses - 1).map(network.__getitem__))
)
def test_a_private_address_is_refused_in_every_disguise(address: IPv4Address) -> None:
    number = int(address)
    disguises = (
        address,
        IPv6Address((0xFFFF << 32) | number),  # mapped
        IPv6Address((0x64_FF9B << 96) | number),  # NAT64
        IPv6Address((0x2002 << 112) | (number << 80) | 1),  # 6to4
        IPv6Address((0x2001 << 112) | (number ^ 0xFFFF_FFFF)),  # Teredo
    )
    for each in disguises:
        assert refusal(str(each), ())
    if number > 1:
        assert embedded(IPv6Address(number)) == address
    assert not refusal(str(address), [ip_network(f"{address}/32")])


@pytest.mark.parametrize("host", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_public_address_is_nobodys_secret(host: str) -> None:
    assert refusal(host, ()) == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/x", "https://"),
        ("ftp://example.com/x", "https://"),
        ("https:///hunter2", "no host"),
        ("https://me:hunter2@example.com/", "name and password"),
        ("https://example.com:22/hunter2", "port 22"),
        ("https://[::1/hunter2", "not valid"),
        ("https://example.com:port/hunter2", "not valid"),
    ],
)
def test_a_url_that_no_endpoint_has_is_refused_by_its_host_alone(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        checked_url(url, ())

    assert "hunter2" not in str(caught.value)


def test_an_operator_may_allow_a_network() -> None:
    allowed = read_networks(["10.0.0.0/8"])

    assert checked_url("http://10.0.0.7:9000/hook", allowed)
    assert refusal("10.0.0.7", allowed) == ""
    assert refusal("192.168.0.7", allowed)
    with pytest.raises(ConfigError, match="allowed networks"):
        read_networks(["10.0.0.0/99"])
