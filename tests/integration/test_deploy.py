"""Tools that know more than we do read what is deployed, and servers start with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError
from support.deployed import (
    DEPLOY,
    PROMETHEUS,
    ROOT,
    filled,
    known_variables,
    outside,
    run,
    schema,
    services,
    settings_of,
    tool,
)
from support.servers import required, running

from pipeline.embedded import server_binary
from pipeline.sections import KafkaSection, WorkerSection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OVERLAYS = ("dev", "prod")
KUBERNETES = DEPLOY / "kubernetes"
VERSION = "1.37"
WORKLOADS = ("StatefulSet", "Deployment", "Job")
CUSTOM = {"ScaledObject", "TriggerAuthentication"}


def test_every_file_of_yaml_is_tidy() -> None:
    run(tool("yamllint"), "--strict", "deploy", "docker-compose.yml", ".yamllint")


def test_the_image_is_built_as_a_linter_would() -> None:
    run(tool("hadolint"), "Dockerfile")


def test_prometheus_takes_its_configuration_rules_and_alerts() -> None:
    run(required("promtool"), "check", "config", PROMETHEUS / "prometheus.yml")


@pytest.mark.parametrize("path", sorted((PROMETHEUS / "tests").glob("*.yml")), ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_only_then(path: Path) -> None:
    run(required("promtool"), "test", "rules", path)


@pytest.mark.parametrize("binary", ["redis-server", "valkey-server"])
def test_the_server_of_the_state_starts_as_deployed_and_lets_in_one_user(binary: str, tmp_path: Path) -> None:
    run(DEPLOY / "compose" / "make-secrets", tmp_path)
    words = [filled(str(word)) for word in services()["valkey"]["command"]]
    options = [str(tmp_path / "valkey.acl") if word == "/run/secrets/valkey.acl" else word for word in words[1:]]
    settings = (tmp_path / "turfwatch.toml").read_text()
    (password,) = re.findall(r"turfwatch:(\w+)@valkey:6379", settings)
    with running(server(binary), *options, folder=tmp_path) as port:
        url = f"redis://turfwatch:{password}@127.0.0.1:{port}"
        recording = tmp_path / "town.jsonl"
        run(tool("turfwatch"), "simulate", "--scenario", "single", "--posts", "500", "--out", recording)
        run(tool("turfwatch"), "replay", recording, "--stream", "town", "--redis", url, folder=tmp_path)

        assert_shut(port, password)


def server(binary: str) -> str:
    """The server of the system, or for Valkey the embedded one."""
    return required(binary) if binary == "redis-server" else server_binary()


def assert_shut(port: int, password: str) -> None:
    """Others may ask whether it lives; turfwatch may touch its keys and not the server."""
    with Redis(port=port) as anybody:
        assert anybody.ping()
        with pytest.raises(NoPermissionError):
            anybody.get("tw:x")
    with Redis(port=port, username="turfwatch", password=password) as ours:
        assert ours.exists("tw:{town}:meta")
        assert ours.info("memory")["maxmemory_policy"] == "noeviction"
        for call in (lambda: ours.set("other", 1), ours.flushall, lambda: ours.config_get("*")):
            with pytest.raises(NoPermissionError):
                call()
    with Redis(port=port, username="turfwatch", password="wrong") as stranger, pytest.raises(AuthenticationError):  # noqa: S106 - it is wrong
        stranger.ping()


@pytest.fixture(scope="module")
def rendered() -> dict[str, list[dict[str, Any]]]:
    """What each overlay makes."""
    texts = {name: run(tool("kubectl"), "kustomize", KUBERNETES / "overlays" / name) for name in OVERLAYS}
    return {name: list(yaml.safe_load_all(text)) for name, text in texts.items()}


@pytest.fixture(params=OVERLAYS)
def objects(request: pytest.FixtureRequest, rendered: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return rendered[request.param]


def of(objects: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [each for each in objects if each["kind"] in kinds]


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and pod of every workload."""
    for each in of(objects, *WORKLOADS):
        yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def test_kubernetes_knows_every_field(objects: list[dict[str, Any]]) -> None:
    for each in objects:
        if each["kind"] in CUSTOM:
            Draft202012Validator(schema(each["kind"].lower())).validate(each)
        else:
            kubernetes_validate.validate(each, VERSION, strict=True)


def test_a_field_that_kubernetes_does_not_know_is_refused(objects: list[dict[str, Any]]) -> None:
    service = of(objects, "Service")[0]

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**service, "spec": {**service["spec"], "portz": []}}, VERSION, strict=True)


def test_pods_have_no_rights(objects: list[dict[str, Any]]) -> None:
    for name, pod in pods(objects):
        (container,) = pod["containers"]

        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert re.fullmatch(r"turfwatch:\d+\.\d+\.\d+", container["image"])
        assert container["image"] == services()["worker"]["image"]
        assert "memory" in container["resources"]["limits"]
    (namespace,) = of(objects, "Namespace")

    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_what_lasts_is_probed_where_it_answers(objects: list[dict[str, Any]]) -> None:
    for each in of(objects, "StatefulSet", "Deployment"):
        (container,) = each["spec"]["template"]["spec"]["containers"]
        (port,) = container["ports"]
        name = each["metadata"]["name"]
        section = {"worker": "WORKER", "notifier": "NOTIFY"}[name]

        assert port["name"] == "health"
        assert settings_env(objects)[f"TURFWATCH_{section}_HEALTH_PORT"] == str(port["containerPort"])
        assert services()[name]["expose"] == [str(port["containerPort"])]
        for probe, page in (("livenessProbe", "/healthz"), ("readinessProbe", "/readyz"), ("startupProbe", "/healthz")):
            assert container[probe]["httpGet"] == {"path": page, "port": "health"}


def settings_env(objects: list[dict[str, Any]]) -> dict[str, str]:
    """Variables of the settings that all pods get."""
    (found,) = (each["data"] for each in of(objects, "ConfigMap") if "turfwatch-settings" in each["metadata"]["name"])
    return dict(found)


def environment(objects: list[dict[str, Any]], container: Mapping[str, Any]) -> dict[str, str]:
    """Variables of a container; what comes from a Secret is made up."""
    made_up = {"TURFWATCH_REDIS_URL": "redis://127.0.0.1", "TURFWATCH_WORKER_IDS_KEY": "sixteen characters"}
    given = {each["name"]: made_up.get(each["name"], "made-up") for each in container["env"]}
    return settings_env(objects) | given


def test_turfwatch_takes_the_settings_of_every_pod(objects: list[dict[str, Any]], tmp_path: Path) -> None:
    (file,) = (each["data"] for each in of(objects, "ConfigMap") if "turfwatch-file" in each["metadata"]["name"])
    path = tmp_path / "turfwatch.toml"
    path.write_text(file["turfwatch.toml"])
    for name, pod in pods(objects):
        (container,) = pod["containers"]
        found = environment(objects, container)

        assert outside(found, known_variables()) == [], name
        assert "alertmanager" in settings_of(found, path).endpoints
        assert found["TURFWATCH_CONFIG"] == "/etc/turfwatch/turfwatch.toml"
        assert ("TURFWATCH_WORKER_INSTANCE" in found) == (name == "worker")


def test_what_pods_mount_is_there(objects: list[dict[str, Any]]) -> None:
    maps = {each["metadata"]["name"] for each in of(objects, "ConfigMap")}
    for _, pod in pods(objects):
        (container,) = pod["containers"]
        volumes = {each["name"]: each for each in pod["volumes"]}

        assert {each["name"] for each in container["volumeMounts"]} == set(volumes)
        assert {each["configMap"]["name"] for each in volumes.values() if "configMap" in each} <= maps
        assert {each["configMapRef"]["name"] for each in container["envFrom"]} <= maps


def test_selectors_pick_the_pods_that_there_are(objects: list[dict[str, Any]]) -> None:
    labels = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"] for each in of(objects, *WORKLOADS)
    }
    for each in of(objects, "PodDisruptionBudget"):
        assert each["spec"]["selector"]["matchLabels"].items() <= labels[each["metadata"]["name"]].items()
    for each in of(objects, "Service"):
        assert each["spec"]["selector"].items() <= labels[each["metadata"]["name"]].items()
    for each in of(objects, "NetworkPolicy"):
        wanted = each["spec"]["podSelector"].get("matchLabels", {}).items()
        assert any(wanted <= found.items() for found in labels.values())


def test_nothing_is_open_that_is_not_named(objects: list[dict[str, Any]]) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of(objects, "NetworkPolicy")}

    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert [name for name, spec in policies.items() if "Ingress" in spec["policyTypes"]] == [
        "default-deny",
        "prometheus-comes-in",
    ]


def test_workers_are_scaled_by_their_own_lag_and_not_beyond_the_partitions(
    rendered: dict[str, list[dict[str, Any]]],
) -> None:
    objects = rendered["prod"]
    (scaled,) = of(objects, "ScaledObject")
    (trigger,) = scaled["spec"]["triggers"]
    (worker,) = of(objects, "StatefulSet")
    (login,) = of(objects, "TriggerAuthentication")
    settings = settings_env(objects)

    assert scaled["spec"]["scaleTargetRef"]["name"] == worker["metadata"]["name"]
    assert "replicas" not in worker["spec"], "an update would undo what was scaled"
    assert scaled["spec"]["maxReplicaCount"] <= int(settings["TURFWATCH_KAFKA_PARTITIONS"])
    assert trigger["metadata"]["bootstrapServers"] == settings["TURFWATCH_KAFKA_BROKERS"]
    assert trigger["metadata"]["consumerGroup"] == WorkerSection().group
    assert trigger["metadata"]["topic"] == KafkaSection().posts
    assert trigger["authenticationRef"]["name"] == login["metadata"]["name"]


def test_no_secret_stands_in_the_files_for_production(rendered: dict[str, list[dict[str, Any]]]) -> None:
    assert of(rendered["prod"], "Secret") == []


def test_the_document_names_every_key_of_the_secret(rendered: dict[str, list[dict[str, Any]]]) -> None:
    text = yaml.safe_dump_all(rendered["prod"])
    document = (ROOT / "docs" / "deployment.md").read_text()
    keys = set(re.findall(r"\bkey: ((?:kafka|redis|ids)[\w.-]*)", text))

    assert keys
    assert [key for key in sorted(keys) if f"`{key}`" not in document] == []
