"""Rules and alerts ask for what is measured, and every alert has a page that says what to do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.catalogue import series
from support.deployed import PROMETHEUS, ROOT, cases, named_commands, outside, read_yaml, rules, unknown_words

ALERTS = rules("alerts")
RULES = rules("rules")
NAMES = sorted({rule["alert"] for rule in ALERTS})
RUNBOOKS = ROOT / "docs" / "runbooks"
HEADINGS = (
    *("What it means", "What users notice", "What to look at"),
    *("What to do", "When it is a false alarm"),
)
ALWAYS = "TurfwatchWatchdog"
SERIES = series()
FROM_PROMETHEUS = {"job", "instance"}
NAME = r"[a-z_]+:turfwatch_[a-z0-9_:]+|turfwatch_[a-z0-9_]+"


def bare(query: str) -> str:
    """A query without the texts in it."""
    return re.sub(r'"[^"]*"', '""', query)


@pytest.mark.parametrize("rule", [*RULES, *ALERTS], ids=lambda rule: rule.get("record") or rule["alert"])
def test_a_rule_asks_for_what_is_measured_or_recorded(rule: dict[str, Any]) -> None:
    asked = set(re.findall(NAME, bare(rule["expr"])))

    assert outside(asked, {*SERIES, *(each["record"] for each in RULES)}) == []


@pytest.mark.parametrize("rule", [*RULES, *ALERTS], ids=lambda rule: rule.get("record") or rule["alert"])
def test_a_rule_picks_by_labels_that_are_there_and_takes_rates_of_counters_alone(rule: dict[str, Any]) -> None:
    for name, matchers in re.findall(r"(turfwatch_\w+)\{([^}]*)\}", bare(rule["expr"])):
        if name in SERIES:
            assert outside(re.findall(r"(\w+)\s*[=!]", matchers), SERIES[name][1] | FROM_PROMETHEUS) == [], name

    counted = set(re.findall(r"(?:rate|increase)\(\s*(\w+)", bare(rule["expr"])))

    assert {SERIES[name][0] for name in counted} <= {"counter"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["record"])
def test_a_recorded_name_tells_its_labels_its_metric_and_what_was_done(rule: dict[str, Any]) -> None:
    level, metric, operations = rule["record"].split(":")

    assert level.startswith("job")
    assert metric.startswith("turfwatch_")
    assert not metric.endswith("_total")
    assert operations
    assert " by " not in rule["expr"], "labels that somebody adds get lost"


def test_what_is_recorded_is_recorded_once() -> None:
    recorded = [rule["record"] for rule in RULES]

    assert len(set(recorded)) == len(recorded)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_what_it_is_and_where_to_look(rule: dict[str, Any]) -> None:
    told = rule["annotations"]

    assert rule["alert"].startswith("Turfwatch")
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert set(told) == {"summary", "description", "runbook_url", "dashboard_url"}
    assert re.fullmatch(r"[A-Z][^{}]*\.", told["summary"])
    assert told["runbook_url"] == f"{{{{ $externalLabels.turfwatch_docs }}}}/runbooks/{rule['alert']}.md"
    assert told["dashboard_url"].startswith("{{ $externalLabels.turfwatch_grafana }}/d/")


def test_the_labels_that_links_are_made_of_are_set_and_stay_here() -> None:
    config = read_yaml(PROMETHEUS / "prometheus.yml")
    (dropped,) = config["alerting"]["alert_relabel_configs"]

    assert set(config["global"]["external_labels"]) == {"turfwatch_docs", "turfwatch_grafana"}
    assert dropped["action"] == "labeldrop"
    assert all(re.fullmatch(dropped["regex"], label) for label in config["global"]["external_labels"])


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_has_a_case_that_fires_for_each_severity_and_one_that_does_not(name: str) -> None:
    severities = {rule["labels"]["severity"] for rule in ALERTS if rule["alert"] == name}
    fired = [fires for alert, fires in cases() if alert == name]

    assert set().union(*fired) == severities
    assert set() in fired or name == ALWAYS


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert sorted(path.stem for path in RUNBOOKS.glob("Turfwatch*.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_its_parts_and_knows_its_alert(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text()
    found = [rule for rule in ALERTS if rule["alert"] == name]
    severities = ", ".join(sorted({rule["labels"]["severity"] for rule in found}))
    board = found[0]["annotations"]["dashboard_url"].rpartition("/")[2]

    assert text.startswith(f"# {name}\n\nSeverity: {severities}. Dashboard: `{board}`.\n")
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == HEADINGS


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_commands_and_pages_that_exist(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text()
    wrong = {command: unknown_words(command) for command in named_commands(text)}

    assert {command: words for command, words in wrong.items() if words} == {}
    assert all((RUNBOOKS / link).is_file() for link in re.findall(r"\]\(([^)#]+)\)", text))


def test_a_dashboard_that_an_alert_names_exists() -> None:
    boards = {json.loads(path.read_text())["uid"] for path in (ROOT / "dashboards" / "json").glob("*.json")}

    assert outside((rule["annotations"]["dashboard_url"].rpartition("/")[2] for rule in ALERTS), boards) == []
