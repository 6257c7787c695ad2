"""Settings: one TOML file and TURFWATCH_ variables, defaults documented at the field.

Precedence: options of the command, then variables, then the file, then defaults.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.console_section import ConsoleSection
from pipeline.errors import ConfigError
from pipeline.sections import (
    ENDPOINT,
    AllowSection,
    BurstsSection,
    DetectionSection,
    EndpointSection,
    IncidentsSection,
    KafkaSection,
    LimitsSection,
    LinksSection,
    NotifySection,
    RedisSection,
    RouteSection,
    WatchSection,
    WorkerSection,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

PREFIX: Final = "TURFWATCH_"
DEFAULT_FILE: Final = Path("turfwatch.toml")
OUTSIDE: Final = ("TURFWATCH_CONFIG", "TURFWATCH_DATA", "TURFWATCH_REQUIRE_SERVERS")
"""Variables that name a file or folder and are no settings."""

_SHOWN_CHARS: Final = 200
"""Characters of a wrong value that are shown."""

Origin = Literal["default", "file", "environment", "option"]


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="_", env_nested_max_split=1, extra="forbid", frozen=True
    )

    redis: RedisSection = RedisSection()
    limits: LimitsSection = LimitsSection()
    detection: DetectionSection = DetectionSection()
    incidents: IncidentsSection = IncidentsSection()
    links: LinksSection = LinksSection()
    allow: AllowSection = AllowSection()
    bursts: BurstsSection = BurstsSection()
    watch: WatchSection = WatchSection()
    kafka: KafkaSection = KafkaSection()
    worker: WorkerSection = WorkerSection()
    route: RouteSection = RouteSection()
    notify: NotifySection = NotifySection()
    console: ConsoleSection = ConsoleSection()
    endpoints: dict[str, EndpointSection] = {}

    @model_validator(mode="after")
    def _incidents_end_before_their_networks(self) -> Self:
        """A network whose edges are dead cannot be looked at any more, so its incident must have ended before."""
        if self.incidents.quiet_s > self.detection.edge_horizon_s:
            raise ValueError("incidents.quiet_s must not be more than detection.edge_horizon_s")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - read by hand, to name unknown ones
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no hidden files
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - secrets come by variable
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take merged values only: the origin of each is known where they are merged."""
        return (init_settings,)


def _fields() -> Iterator[tuple[str, str, FieldInfo]]:
    for section, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for key, inner in model.model_fields.items():
                yield section, key, inner


def known_keys() -> Iterator[tuple[str, str]]:
    """Yield every section and key."""
    for section, key, _ in _fields():
        yield section, key


def secret_keys() -> set[str]:
    """Return the dotted keys whose values are never shown, whatever was given for them."""
    return {
        f"{section}.{key}"
        for section, key, field in _fields()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    }


def load_settings(
    config: Path | None = None,
    options: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Settings, dict[str, Origin]]:
    """Return the settings and where each dotted key that is not a default came from.

    Raises ConfigError naming the unknown key and the nearest known one, or the value, unless it is secret, and what is
    allowed.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, dict[str, object]] = {}
    origins: dict[str, Origin] = {}

    def put(section: str, key: str, value: object, origin: Origin) -> None:
        values.setdefault(section, {})[key] = value
        origins[f"{section}.{key}"] = origin

    path = config or (Path(named) if (named := environment.get("TURFWATCH_CONFIG")) else None)
    for section, key, value in _read_file(path):
        put(section, key, value, "file")
    for section, key, value in _read_environment(environment):
        put(section, key, value, "environment")
    for dotted, value in (options or {}).items():
        section, key = dotted.split(".")
        put(section, key, value, "option")
    try:
        return Settings(**values), origins  # type: ignore[arg-type] # pydantic validates
    except ValidationError as error:
        first = error.errors()[0]
        if len(first["loc"]) < 2:  # a whole table does not fit: the message names the keys, the input may hold secrets
            raise ConfigError(first["msg"].removeprefix("Value error, ")) from None
        dotted = ".".join(map(str, first["loc"][:2]))  # what lies deeper is an item of a list
        origin = origins.get(dotted, "file")
        where = str(path or DEFAULT_FILE) if origin == "file" else origin
        if first["loc"][0] == "endpoints":
            dotted = ".".join(map(str, first["loc"][:3]))
            raise ConfigError(f"{dotted} ({where}): {first['msg'].removeprefix('Value error, ')}") from None
        shown = "" if dotted in secret_keys() else f" {_cut(repr(first['input']))}"
        raise ConfigError(f"{dotted}{shown} ({where}): {first['msg'].removeprefix('Value error, ')}") from None


def effective(settings: Settings, origins: Mapping[str, Origin]) -> list[tuple[str, str, Origin, str]]:
    """Return every key, its value with secrets masked, its origin and its meaning."""
    rows: list[tuple[str, str, Origin, str]] = []
    for section, key in known_keys():
        table = getattr(settings, section)
        dotted = f"{section}.{key}"
        meaning = type(table).model_fields[key].description or ""
        rows.append((dotted, _shown(getattr(table, key)), origins.get(dotted, "default"), meaning))
    return rows


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def detection_hash(settings: Settings) -> str:
    """Return a short hash of the settings that shape stored state."""
    tables = ("detection", "incidents", "allow", "bursts")
    shaping: dict[str, object] = {name: getattr(settings, name).model_dump() for name in tables}
    if settings.worker.ids == "hmac" and settings.worker.ids_key:
        # Under another key everybody is somebody else. Hashed, so that the key is not in what is stored.
        shaping["ids"] = blake2b(settings.worker.ids_key.get_secret_value().encode(), digest_size=16).hexdigest()
    return blake2b(json.dumps(shaping, sort_keys=True).encode(), digest_size=8).hexdigest()


def _read_file(path: Path | None) -> Iterator[tuple[str, str, object]]:
    if path is None and not DEFAULT_FILE.is_file():
        return
    path = path or DEFAULT_FILE
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: no valid TOML: {error}") from None
    for section, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {section} stands outside a table{_nearest(section)}")
        if section not in Settings.model_fields:
            raise ConfigError(f"{path}: unknown table [{section}]; {_nearest_table(section)}")
        for key, value in table.items():
            if section == "endpoints":
                yield section, key, _checked_endpoint(path, key, value)
                continue
            if (section, key) not in set(known_keys()):
                raise ConfigError(f"{path}: unknown key {section}.{key}{_nearest(f'{section}.{key}')}")
            yield section, key, value


def _checked_endpoint(path: Path, name: str, table: object) -> object:
    """Return the table of an endpoint. Raises ConfigError for its name, and for a key that is unknown."""
    if not re.match(ENDPOINT, name):
        raise ConfigError(f"{path}: endpoints.{_cut(name)}: a name has small letters, digits, _ and -")
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: endpoints.{name} is no table: [endpoints.{name}]")
    for key in table:
        if key not in EndpointSection.model_fields:
            near = difflib.get_close_matches(key, EndpointSection.model_fields, 1, 0.0)[0]
            raise ConfigError(f"{path}: unknown key endpoints.{name}.{key}; the nearest known key is {near}")
    return table


def _read_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str, object]]:
    names = {f"{PREFIX}{section}_{key}".upper(): (section, key) for section, key in known_keys()}
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX) or name in OUTSIDE or name.startswith("TURFWATCH_TEST_"):
            continue
        if name not in names:
            near = difflib.get_close_matches(name, names, 1, 0.0)
            raise ConfigError(f"unknown variable {name}; the nearest known one is {near[0]}")
        yield (*names[name], value)


def _nearest_table(name: str) -> str:
    return f"the nearest known one is [{difflib.get_close_matches(name, Settings.model_fields, 1, 0.0)[0]}]"


def _nearest(dotted: str) -> str:
    near = difflib.get_close_matches(dotted, [".".join(key) for key in known_keys()], 1, 0.0)
    return f"; the nearest known key is {near[0]}" if near else ""
