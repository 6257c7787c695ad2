"""A broker that runs behind a guard: it ends with this process, however that one ends, and leaves nothing."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from uuid import uuid4

from pipeline import guard
from pipeline.broker.jars import fetched, packaged, tool
from pipeline.broker.ports import Ports, choose
from pipeline.broker.probe import answers
from pipeline.errors import BrokerError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

START_DEADLINE_S = 90.0
"""Of a start after kill -9 on a busy machine, with a log that has to be checked."""

FORMAT_DEADLINE_S = 60.0
_POLL_S = 0.05
_LOG_CHARS = 600
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_CLEAN = ("-XX:-UsePerfData",)
"""Otherwise each JVM keeps a file in the folder for temporary files, which stays there after kill -9."""


class Broker:
    """A broker that answers."""

    def __init__(self, ports: Ports, pid: int, guardian: subprocess.Popen[bytes]) -> None:
        self.ports = ports
        self.pid = pid
        self._guardian = guardian

    @property
    def address(self) -> str:
        """Host and port for clients."""
        return f"127.0.0.1:{self.ports.client}"

    def wait(self) -> int:
        """Wait until the broker has ended by itself or was killed; returns a code that is not 0 after a failure."""
        return self._guardian.wait()


@contextlib.contextmanager
def running_broker(ports: Ports | None = None, folder: Path | None = None) -> Iterator[Broker]:
    """Run a broker on loopback; on leaving it is ended by SIGTERM, and after a deadline by SIGKILL.

    With ``folder`` its log is kept there, and a broker started on it again goes on with it; without, nothing is kept.
    Raises UserError where Java, Maven or a port is missing, BrokerError where the broker does not start.
    """
    java = tool("java")
    jars = fetched()
    ports = ports or choose()
    with contextlib.ExitStack() as stack:
        own = Path(tempfile.mkdtemp(prefix="turfwatch-kafka-"))
        stack.callback(shutil.rmtree, own, ignore_errors=True)
        # Kept open: where the broker does not start, its guard has removed the folder before this process looks.
        log = stack.enter_context((own / "broker.log").open("w+", encoding="utf-8", errors="replace"))
        properties = _write_files(own, ports)
        home = _home(folder or own)
        machine = [java, *_CLEAN, f"-Djava.io.tmpdir={own}", f"-XX:ErrorFile={own}/error.log", "-cp", f"{jars}/*"]
        _format([*machine[:1], *_QUICK, *machine[1:]], properties, home, log)
        command = [
            *(*machine[:1], "-Xmx512m", *machine[1:-2], f"-Dlog4j2.configurationFile={own}/log4j2.properties"),
            *(*machine[-2:], "kafka.Kafka", str(properties)),
        ]
        guardian = subprocess.Popen(  # noqa: S603 - its command is our own
            [
                *(sys.executable, "-I", guard.__file__, str(own)),
                # The shell tells its process id and becomes the broker.
                *("/bin/sh", "-c", 'echo $$ >"$0"; exec "$@"', str(own / "pid"), *command),
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,  # Ctrl-C is for this process, which then ends the broker in order
        )
        try:
            _ready(ports, guardian, log)
            yield Broker(ports, int((own / "pid").read_text(encoding="ascii")), guardian)
        finally:
            if guardian.stdin:
                guardian.stdin.close()
            guardian.wait()


def _write_files(own: Path, ports: Ports) -> Path:
    (own / "log4j2.properties").write_text(packaged("log4j2.properties"), encoding="utf-8")
    properties = own / "server.properties"
    text = string.Template(packaged("server.properties")).substitute(ports._asdict())
    properties.write_text(text, encoding="utf-8")
    return properties


def _home(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be used for a broker: {error.strerror}") from None
    return folder.resolve()


def _cluster_id() -> str:
    """Return 22 characters that no command line takes for an option."""
    return "t" + base64.urlsafe_b64encode(uuid4().bytes).decode()[1:22]


def _format(java: list[str], properties: Path, home: Path, log: TextIO) -> None:
    """Format a folder of a broker's first start; one that was formatted before stays as it is."""
    if (home / "log" / "meta.properties").is_file():
        return
    command = [*java, "kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties)]
    try:
        done = subprocess.run(  # noqa: S603 - its command is our own
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=FORMAT_DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BrokerError(f"the broker's folder was not formatted within {FORMAT_DEADLINE_S:.0f} s") from None
    if done.returncode:
        raise _failed("its folder could not be formatted", log)


def _ready(ports: Ports, guardian: subprocess.Popen[bytes], log: TextIO) -> None:
    """Wait for a metadata answer: a port that answers is not yet a broker that does."""
    deadline = time.monotonic() + START_DEADLINE_S
    while not answers(ports.client):
        if guardian.poll() is not None:
            raise _failed("it ended", log)
        if time.monotonic() > deadline:
            raise _failed(f"no answer within {START_DEADLINE_S:.0f} s", log)
        time.sleep(_POLL_S)


def _failed(what: str, log: TextIO) -> BrokerError | UserError:
    """Return why a broker is not there; a Java that is too old or only pretends to be one is the user's to change."""
    log.flush()
    os.lseek(log.fileno(), 0, os.SEEK_SET)
    said = log.read()
    if "UnsupportedClassVersionError" in said or "Unable to locate a Java Runtime" in said:
        return UserError("a Kafka broker needs Java 17 or newer: openjdk-17-jre-headless (Debian), openjdk (Homebrew)")
    return BrokerError(f"the broker did not start: {what}\n{said[-_LOG_CHARS:]}")
