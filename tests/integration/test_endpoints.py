"""Endpoints from outside: a sample that another implementation verifies, and mistakes in one line without a secret."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from standardwebhooks import Webhook
from support.command import turfwatch

from pipeline.incidents.public import IncidentEvent, decode_event
from pipeline.notify.signing import new_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOOK = "/hook-hunter2"


class Receiver(ThreadingHTTPServer):
    """Takes what comes, and answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status = 204
        self.came: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}{HOOK}"


class Answering(BaseHTTPRequestHandler):
    """An attempt."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def configured(folder: Path, url: str, secrets: list[str], *lines: str) -> Path:
    """Settings with one endpoint whose URL and secrets stand in files."""
    (folder / "url").write_text(url + "\n")
    for number, secret in enumerate(secrets):
        (folder / f"secret{number}").write_text(secret + "\n")
    places = json.dumps([f"file:{folder / f'secret{number}'}" for number in range(len(secrets))])
    path = folder / "turfwatch.toml"
    path.write_text("\n".join(["[endpoints.ops]", f'url = "file:{folder / "url"}"', f"secrets = {places}", *lines]))
    return path


HERE = 'networks = ["127.0.0.0/8"]'


def test_a_sample_is_signed_with_both_secrets_and_says_that_it_is_one(receiver: Receiver, tmp_path: Path) -> None:
    secrets = [new_secret(), new_secret()]
    path = configured(tmp_path, receiver.url, secrets, HERE)

    done = turfwatch("--config", path, "endpoints", "test", "ops")

    assert done.returncode == 0, done.stderr
    ((headers, body),) = receiver.came
    for secret in secrets:
        assert Webhook(secret).verify(body.decode(), headers)
    assert headers["webhook-id"] in done.stdout.decode()
    event = decode_event(body)
    assert isinstance(event, IncidentEvent)
    assert event.data.replay
    assert "nothing was found" in event.data.summary


@pytest.mark.parametrize(
    ("status", "lines", "said"),
    [
        (410, [HERE], "answered 410"),
        (302, [HERE], "answered 302"),
        (204, ['networks = ["10.0.0.0/8"]'], "leads to 127.0.0.1, which is not public"),
        (204, [], "an endpoint is https://"),
    ],
)
def test_what_does_not_arrive_is_told_in_a_line_without_the_url(
    receiver: Receiver, tmp_path: Path, status: int, lines: list[str], said: str
) -> None:
    receiver.status = status
    secret = new_secret()
    path = configured(tmp_path, receiver.url, [secret], *lines)

    done = turfwatch("--config", path, "endpoints", "test", "ops")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr.decode()
    listed = turfwatch("--config", path, "endpoints", "list").stdout.decode()
    for shown in (done.stderr.decode(), listed):
        assert "hunter2" not in shown
        assert secret not in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[endpoints.ops]\nurl = "https://x.example"\nsecrets = ["whsec_hunter2"]', "never written here"),
        ('[endpoints.ops]\nurl = "https://x.example"\nsecret = "hunter2"', "unknown key endpoints.ops.secret;"),
        ('[endpoints.ops]\nurl = "https://hunter2.example"', "endpoints.ops.secrets"),
        ("[endpoints.ops]\nurl = 4242\nsecrets = []", "endpoints.ops.url"),
        ('[endpoints]\nops = "hunter2"', "endpoints.ops is no table"),
        ('[endpoints."Ops hunter2"]\nurl = "x"', "small letters"),
        ('[endpoints.ops]\nurl = "env:TW_HUNTER2"\nsecrets = ["env:TW_NO"]', "TW_HUNTER2 is not set"),
        ('[endpoints.ops]\nurl = "https://x.example"\nsecrets = ["file:/nowhere"]', "/nowhere cannot be read"),
    ],
)
def test_a_mistake_in_the_settings_is_told_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "turfwatch.toml"
    path.write_text(text)

    done = turfwatch("--config", path, "endpoints", "test", "ops")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr.decode()
    assert "whsec_hunter2" not in done.stderr.decode()


def test_an_endpoint_that_nobody_knows_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = configured(tmp_path, "https://x.example", [new_secret()])

    done = turfwatch("--config", path, "endpoints", "test", "opps")

    assert done.returncode == 2
    assert "there are: ops" in done.stderr.decode()
