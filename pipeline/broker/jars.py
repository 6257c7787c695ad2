"""Kafka's jars: fetched once by Maven, kept in the user's cache under the hash of the pom that names them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from pipeline.errors import BrokerError, UserError

FETCH_DEADLINE_S = 600.0

_PACKAGES = {
    "java": "default-jre-headless or openjdk-17-jre-headless (Debian), openjdk (Homebrew)",
    "mvn": "maven (Debian, Homebrew)",
}


def packaged(name: str) -> str:
    """Return the text of a file that comes with this package."""
    return files("pipeline.broker").joinpath("files", name).read_text(encoding="utf-8")


def tool(name: str) -> str:
    """Return the path of java or mvn. Raises UserError naming the packages that bring it."""
    if found := shutil.which(name):
        return found
    raise UserError(f"a Kafka broker needs {name}, which is not installed; it comes with {_PACKAGES[name]}")


def jar_folder(cache: Path | None = None) -> Path:
    """Return where the jars are or will be: in ``cache``, by default the user's."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = cache or (Path(named) if Path(named).is_absolute() else Path.home() / ".cache") / "turfwatch"
    return base / f"kafka-{blake2b(packaged('pom.xml').encode(), digest_size=8).hexdigest()}"


def fetched(cache: Path | None = None) -> Path:
    """Return the folder of the jars; the first call fetches 43 MB. The folder is there whole or not at all.

    Raises UserError where Maven is missing, BrokerError where it cannot fetch.
    """
    folder = jar_folder(cache)
    if folder.is_dir():
        return folder
    maven = tool("mvn")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = tempfile.TemporaryDirectory(prefix="fetch-", dir=folder.parent)
    except OSError as error:
        raise UserError(f"{folder.parent}: cannot keep Kafka's jars: {error.strerror}; set XDG_CACHE_HOME") from None
    with unfinished as named:
        _fetch(maven, Path(named))
        with contextlib.suppress(OSError):  # somebody else has been faster, and theirs is the same
            (Path(named) / "lib").rename(folder)
    if not folder.is_dir():
        raise BrokerError(f"{folder}: Kafka's jars were fetched but could not be put there")
    return folder


def _fetch(maven: str, folder: Path) -> None:
    (folder / "pom.xml").write_text(packaged("pom.xml"), encoding="utf-8")
    command = [
        *(maven, "--quiet", "--batch-mode", "--strict-checksums", "dependency:copy-dependencies"),
        *("-DoutputDirectory=lib", "-DincludeScope=runtime"),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - its command is our own
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=FETCH_DEADLINE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise BrokerError(f"Kafka's jars could not be fetched within {FETCH_DEADLINE_S:.0f} s") from None
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        raise BrokerError(f"Kafka's jars could not be fetched: {said[0] if said else 'mvn said nothing'}")
