"""Dead letters: what goes in comes out, in bounds, and foreign records are told from letters."""

from __future__ import annotations

import contextlib
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.errors import LineError
from pipeline.live.letters import DETAIL_CHARS, KEPT_BYTES, DeadLetter, decode_letter, encode_letter

texts = st.text(st.characters(), max_size=600)
counts = st.integers(0, 2**63 - 1)
letters = st.builds(
    DeadLetter,
    reason=st.sampled_from(["not-json", "too-long", "bug"]),
    detail=texts,
    topic=st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True),
    partition=st.integers(0, 2**31 - 1),
    offset=counts,
    line=st.integers(0, 2**31 - 1),
    key=st.none() | st.binary(max_size=20),
    data=st.binary(max_size=200) | st.builds(bytes, st.integers(KEPT_BYTES - 2, KEPT_BYTES + 2)),
)
names = st.sampled_from(
    ["reason", "detail", "topic", "partition", "offset", "line", "length", "sha256", "key", "withheld", "x"]
)
headers = st.lists(st.tuples(names, st.none() | st.binary(max_size=64) | st.sampled_from([b"1", b"a" * 64])))


@given(letters)
def test_a_letter_comes_back_as_it_was_sent(sent: DeadLetter) -> None:
    value, told = encode_letter(sent)
    back = decode_letter(value, told)

    assert (back.reason, back.topic, back.key) == (sent.reason, sent.topic, sent.key)
    assert (back.partition, back.offset, back.line) == (sent.partition, sent.offset, sent.line)
    assert back.data == sent.data[:KEPT_BYTES]
    assert (back.length, back.sha256) == (len(sent.data), sha256(sent.data).hexdigest())
    assert back.is_whole == (len(sent.data) <= KEPT_BYTES)
    assert not back.withheld


@given(letters)
def test_a_detail_is_short_and_valid_utf8(sent: DeadLetter) -> None:
    detail = dict(encode_letter(sent)[1])["detail"].decode()

    assert detail == sent.detail[:DETAIL_CHARS].encode("utf-8", "replace").decode()


@given(letters)
def test_what_is_withheld_stands_nowhere_in_the_record(sent: DeadLetter) -> None:
    value, told = encode_letter(sent, withhold=True)
    back = decode_letter(value, told)

    assert value == b""
    assert (back.withheld, back.is_whole) == (True, False)
    assert back.length == len(sent.data)


@given(st.none() | st.binary(max_size=50), headers)
def test_foreign_records_are_refused_and_break_nothing(value: bytes | None, told: list[tuple[str, bytes]]) -> None:
    with contextlib.suppress(LineError):
        decode_letter(value, told)


@given(letters, st.integers(0, 7))
def test_without_one_of_its_headers_a_record_is_no_letter(sent: DeadLetter, lost: int) -> None:
    value, told = encode_letter(sent)

    with pytest.raises(LineError, match="no-letter"):
        decode_letter(value, told[:lost] + told[lost + 1 :])


@given(letters, st.binary(min_size=1, max_size=3))
def test_a_letter_whose_data_was_changed_is_not_whole(sent: DeadLetter, more: bytes) -> None:
    value, told = encode_letter(sent)
    assume(value + more != sent.data)  # it was cut there

    assert not decode_letter(value + more, told).is_whole
