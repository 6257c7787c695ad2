"""What is deployed, as tests read it: the compose file, rules and alerts, the commands that documents name."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import yaml

from pipeline.cli import turfwatch
from pipeline.config import OUTSIDE, known_keys, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.config import Settings

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
PROMETHEUS: Final = DEPLOY / "prometheus"
SCHEMAS: Final = Path(__file__).parent / "schemas"


def tool(name: str) -> str:
    """Path of a command that comes with the development packages."""
    return str(Path(sys.executable).with_name(name))


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """What a command prints; its failure fails the test with all that it said."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=folder, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@cache
def read_yaml(path: Path) -> Any:
    """What a file holds, read once: nobody changes it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(ROOT / "docker-compose.yml")
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def jobs(found: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Services that do one thing and end."""
    return {name for name, service in found.items() if service.get("restart") == "no"}


def filled(text: str) -> str:
    """A value of the compose file with the defaults of its variables."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def rules(folder: str) -> list[dict[str, Any]]:
    """All rules of the files in a folder of Prometheus' configuration."""
    files = sorted((PROMETHEUS / folder).glob("*.yml"))
    return [rule for path in files for group in read_yaml(path)["groups"] for rule in group["rules"]]


def cases() -> Iterator[tuple[str, set[str]]]:
    """Alert and severities that fire, of every case of the unit tests of alerts."""
    for path in sorted((PROMETHEUS / "tests").glob("*_test.yml")):
        for group in read_yaml(path)["tests"]:
            for case in group["alert_rule_test"]:
                yield case["alertname"], {each["exp_labels"]["severity"] for each in case["exp_alerts"]}


def known_variables() -> set[str]:
    """Variables that turfwatch reads."""
    return {f"TURFWATCH_{section}_{key}".upper() for section, key in known_keys()} | set(OUTSIDE)


def settings_of(environment: Mapping[str, str], path: Path) -> Settings:
    """Settings as a container gets them. Raises ConfigError as the command would."""
    return load_settings(
        path, None, {name: value for name, value in environment.items() if name != "TURFWATCH_CONFIG"}
    )[0]


def named_commands(text: str) -> Iterator[str]:
    """Commands of turfwatch in a document: lines of code, and code within sentences."""
    for line in text.splitlines():
        if found := re.match(r" {4,}(?:.* exec \S+ )?(turfwatch [^#|]+)", line):
            yield found[1].strip()
        else:
            yield from re.findall(r"`(?:[^`]* exec \S+ )?(turfwatch [^`]+)`", line)


def unknown_words(command: str) -> list[str]:
    """Words of a command that turfwatch does not know: subcommands and options."""
    words = command.split()[1:]
    found: click.Command = turfwatch
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        inner = found.get_command(click.Context(found), words[0])
        if inner is None:
            return [words[0]]
        found, words = inner, words[1:]
    options = _options(found) | {"--help"}
    return [word for word in words if word.startswith("--") and word.partition("=")[0] not in options]


def _options(command: click.Command) -> set[str]:
    return {name for each in command.params for name in (*each.opts, *each.secondary_opts)}


def outside(found: Iterable[str], known: Iterable[str]) -> list[str]:
    """What is in the first and not in the second, sorted."""
    return sorted(set(found) - set(known))
