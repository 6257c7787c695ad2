"""Settings: where each comes from, and mistakes that name the nearest right word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.config import detection_hash, effective, known_keys, load_settings, secret_keys
from pipeline.errors import ConfigError
from pipeline.sections import EndpointSection

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_options_come_before_variables_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text("[detection]\nmin_accounts = 5\nmin_objects = 6\nsimilarity = 0.7\n")
    environment = {"TURFWATCH_DETECTION_MIN_OBJECTS": "7", "TURFWATCH_DETECTION_SIMILARITY": "0.8"}

    settings, origins = load_settings(path, {"detection.similarity": 0.9}, environment)

    assert settings.detection.min_accounts == 5
    assert settings.detection.min_objects == 7
    assert settings.detection.similarity == 0.9
    assert origins == {
        "detection.min_accounts": "file",
        "detection.min_objects": "environment",
        "detection.similarity": "option",
    }


def test_every_key_of_an_endpoint_is_documented_with_its_meaning() -> None:
    documented = DOCS.read_text()

    for key, field in EndpointSection.model_fields.items():
        assert re.search(rf"^\| `{key}` \| .*\| {re.escape(field.description or '')} \|$", documented, re.MULTILINE)


def test_secrets_are_masked() -> None:
    loaded = load_settings(None, None, {"TURFWATCH_REDIS_URL": "redis://:hunter2@127.0.0.1"})

    assert "hunter2" not in str(effective(*loaded))


def test_what_is_held_masked_is_secret_in_errors_too() -> None:
    assert secret_keys() == {"redis.url", "kafka.password", "worker.ids_key", "console.token"}


@pytest.mark.parametrize(
    "value", ["4242424242424242", "4242.4242", "['hunter2']", "{hunter2 = 'hunter2'}", "2042-04-24"]
)
@pytest.mark.parametrize("key", ["redis.url", "kafka.password", "worker.ids_key", "console.token"])
def test_a_secret_of_the_wrong_type_is_not_shown(key: str, value: str, tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f"{key} = {value}\n")

    with pytest.raises(ConfigError) as caught:
        load_settings(path, None, {})

    assert str(caught.value) == f"{key} ({path}): Input should be a valid string"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (
            {"KAFKA_SECURITY": "sasl_ssl", "KAFKA_PASSWORD": "hunter2"},
            "kafka.username and kafka.password are needed with SASL",
        ),
        (
            {"KAFKA_PASSWORD": "hunter2", "KAFKA_CERT_FILE": "cert.pem"},
            "kafka.cert_file and kafka.key_file belong together",
        ),
        (
            {"KAFKA_PASSWORD": "hunter2", "KAFKA_POSTS": "incidents"},
            "kafka.posts, kafka.incidents and kafka.dead_letters must be three topics",
        ),
        (
            {"WORKER_IDS": "hmac", "WORKER_IDS_KEY": "hunter2"},
            "worker.ids_key needs at least 16 characters with worker.ids = hmac",
        ),
        ({"CONSOLE_TOKEN": "hunter2"}, "console.token (environment): needs at least 16 characters"),
        (
            {"INCIDENTS_QUIET_S": "3601", "DETECTION_EDGE_HORIZON_S": "3600"},
            "incidents.quiet_s must not be more than detection.edge_horizon_s",
        ),
    ],
)
def test_keys_that_do_not_fit_together_are_named_and_no_value_is_shown(environment: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(None, None, {f"TURFWATCH_{name}": value for name, value in environment.items()})

    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[detection]\nmin_acounts = 5\n",
            "unknown key detection.min_acounts; the nearest known key is detection.min_acc",
        ),
        ("[detection]\nsimilarity = 7\n", r"detection.similarity 7 \(.*\): Input should be less than or equal to 1"),
        ("similarity = 0.5\n", "stands outside a table"),
        ("[detektion]\n", r"unknown table \[detektion\]; the nearest known one is \[detection\]"),
        ("[detection\n", "no valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=told):
        load_settings(path, None, {})


def test_an_unknown_variable_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(ConfigError, match="the nearest known one is TURFWATCH_DETECTION_GRACE_S"):
        load_settings(None, None, {"TURFWATCH_DETECTION_GRACE": "1"})


def test_a_wrong_item_of_a_list_is_told_with_where_it_comes_from() -> None:
    with pytest.raises(ConfigError, match=r"detection.traces 'foo' \(environment\): Input should be"):
        load_settings(None, None, {"TURFWATCH_DETECTION_TRACES": "repost,foo"})


def test_every_key_is_documented_with_its_default_and_meaning() -> None:
    settings, _, _ = DOCS.read_text().partition("## Endpoints")
    rows = [row for row in settings.splitlines() if row.startswith("| `")]
    defaults = effective(load_settings(environment={})[0], {})

    assert rows == [f"| `{name}` | {value} | {meaning} |" for name, value, _, meaning in defaults]
    assert len(rows) == len(list(known_keys()))


def test_a_hash_follows_what_shapes_state_and_nothing_else() -> None:
    plain, other, shaped = (
        detection_hash(load_settings(options=options, environment={})[0])
        for options in ({}, {"redis.url": "redis://x", "limits.list_items": 5}, {"incidents.quiet_s": 60})
    )

    assert other == plain
    assert shaped != plain


def test_a_hash_tells_pseudonyms_of_one_key_from_those_of_another_and_from_none() -> None:
    hashes = {
        detection_hash(load_settings(options=options, environment={})[0])
        for options in (
            {},
            {"worker.ids_key": "a key of sixteen"},
            {"worker.ids": "hmac", "worker.ids_key": "a key of sixteen"},
            {"worker.ids": "hmac", "worker.ids_key": "a key of 16 more"},
        )
    }

    assert len(hashes) == 3
