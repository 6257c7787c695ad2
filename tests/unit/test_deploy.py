"""What is deployed fits together: files, ports, variables, secrets, versions."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from support.deployed import (
    DEPLOY,
    PROMETHEUS,
    ROOT,
    compose,
    filled,
    jobs,
    known_variables,
    named_commands,
    outside,
    read_yaml,
    run,
    schema,
    services,
    settings_of,
    unknown_words,
)

from pipeline.sections import NotifySection, WorkerSection

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = services()
LASTING = sorted(set(SERVICES) - jobs(SERVICES))
PINNED = r"[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?"
HEALTH = {"worker": WorkerSection().health_port, "notifier": NotifySection().health_port}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secrets as the script makes them."""
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    run(DEPLOY / "compose" / "make-secrets", folder)
    return folder


def variables(name: str) -> dict[str, str]:
    """Variables of a service, with the defaults of the compose file."""
    return {key: filled(str(value)) for key, value in SERVICES[name].get("environment", {}).items()}


def test_the_compose_file_fits_its_specification() -> None:
    errors = [error.message for error in Draft202012Validator(schema("compose-spec")).iter_errors(compose())]

    assert errors == []


def test_the_specification_refuses_what_it_does_not_know() -> None:
    wrong: dict[str, Any] = {"services": {"worker": {"image": "turfwatch:0.1.0", "helthcheck": {}}}}

    assert not Draft202012Validator(schema("compose-spec")).is_valid(wrong)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_pinned_limited_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]

    assert re.fullmatch(PINNED, service["image"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert "privileged" not in service
    if name != "kafka":
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - a path of the container


@pytest.mark.parametrize("name", LASTING)
def test_a_service_that_lasts_says_whether_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] == ("CMD-SHELL" if name == "kafka" else "CMD")
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_turfwatch_knows_the_variables_of_a_service(name: str) -> None:
    assert outside((key for key in variables(name) if key.startswith("TURFWATCH_")), known_variables()) == []


@pytest.mark.parametrize("name", ["topics", "worker", "notifier", "demo"])
def test_the_settings_of_a_service_are_valid_with_the_secrets_that_are_made(name: str, secrets: Path) -> None:
    found = settings_of(variables(name), secrets / "turfwatch.toml")

    assert found.kafka.brokers == "kafka:19092"
    assert found.redis.url is not None
    assert "alertmanager" in found.endpoints


@pytest.mark.parametrize("name", ["topics", "worker", "notifier", "demo"])
def test_a_command_of_a_service_exists(name: str) -> None:
    words = SERVICES[name]["command"]
    commands = [f"turfwatch {' '.join(words)}"] if name != "demo" else words[0].split(" | ")

    assert [word for command in commands for word in unknown_words(command)] == []


def test_what_is_mounted_exists() -> None:
    sources = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if volume[0] == "."
    }

    assert [source for source in sorted(sources) if not (ROOT / source).exists()] == []


def test_volumes_are_named_and_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert {name for name in used if name[0] != "."} == set(compose()["volumes"])


def test_every_secret_is_made_and_used_and_none_stands_in_a_file(secrets: Path) -> None:
    named = compose()["secrets"]
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}

    assert set(named) == used == {path.name for path in secrets.iterdir()}
    assert all(each == {"file": f"./deploy/compose/secrets/{name}"} for name, each in named.items())
    assert secrets.stat().st_mode & 0o077 == 0
    assert {"deploy/compose/secrets/", ".env"} <= set((ROOT / ".gitignore").read_text().split())


def test_secrets_that_are_there_stay(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    run(DEPLOY / "compose" / "make-secrets", secrets)

    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert before["grafana_admin_password"] not in before["turfwatch.toml"]


def test_alertmanager_reads_the_secrets_that_it_is_given() -> None:
    text = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text()
    named = set(re.findall(r"/run/secrets/(\w+)", text))

    assert named == set(SERVICES["alertmanager"]["secrets"])
    assert not re.search(r"(api_url|routing_key|service_key|credentials|password): ", text)


def test_what_can_be_changed_stands_in_the_example() -> None:
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", (ROOT / "docker-compose.yml").read_text()))
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert example == used


def test_the_versions_are_those_of_the_project_and_of_its_tests() -> None:
    pom = (ROOT / "pipeline" / "broker" / "files" / "pom.xml").read_text()
    tested = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([^<]+)</version>", pom)

    assert tested is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{tested[1]}"
    ours = ("topics", "worker", "notifier", "console", "demo")
    assert {SERVICES[name]["image"] for name in ours} == {f"turfwatch:{VERSION}"}


@pytest.mark.parametrize(("name", "port"), HEALTH.items())
def test_the_port_of_health_is_the_same_everywhere(name: str, port: int) -> None:
    targets = {
        each["job_name"]: each["dns_sd_configs"] for each in read_yaml(PROMETHEUS / "prometheus.yml")["scrape_configs"]
    }
    section = "WORKER" if name == "worker" else "NOTIFY"
    (found,) = targets[f"turfwatch-{name}"]

    assert found["names"] == [name]
    assert found["port"] == port
    assert variables(name)[f"TURFWATCH_{section}_HEALTH_PORT"] == str(port)
    assert variables(name)[f"TURFWATCH_{section}_HEALTH_HOST"] == "0.0.0.0"  # noqa: S104 - within a network of its own
    assert f":{port}/healthz" in SERVICES[name]["healthcheck"]["test"][-1]
    assert str(port) in re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)[0].split()


def test_prometheus_finds_its_files_and_alertmanager() -> None:
    config = read_yaml(PROMETHEUS / "prometheus.yml")
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["prometheus"]["volumes"])

    for pattern in config["rule_files"]:
        folder = pattern.partition("/")[0]
        assert mounted[f"./deploy/prometheus/{folder}"] == f"/etc/prometheus/{folder}"
        assert list(PROMETHEUS.glob(pattern))
    assert config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] == ["alertmanager:9093"]


def test_the_image_takes_what_exists_and_is_let_in_and_runs_as_a_number() -> None:
    copied = " ".join(re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)).split()
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    froms = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)
    assert all(re.fullmatch(PINNED, image) for image in froms)
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in DOCKERFILE


def test_the_document_names_commands_and_files_that_exist() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text()

    assert [word for command in named_commands(text) for word in unknown_words(command)] == []
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (ROOT / "docs" / link).exists()] == []


def test_grafana_is_provisioned_with_what_is_mounted_and_where_prometheus_is() -> None:
    folder = DEPLOY / "grafana" / "provisioning"
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
    sources = [each for path in (folder / "datasources").glob("*.y*ml") for each in read_yaml(path)["datasources"]]
    providers = [each for path in (folder / "dashboards").glob("*.y*ml") for each in read_yaml(path)["providers"]]

    assert "http://prometheus:9090" in {each["url"] for each in sources}
    assert mounted["./dashboards/json"] in {each["options"]["path"] for each in providers}
