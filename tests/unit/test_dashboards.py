"""Dashboards are what their code builds, ask for metrics that exist, and keep the rules of Grafana's linter."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import click
import promql_parser as promql
import pytest

from dashboards.every import FOLDER, PLANS, file_of
from dashboards.frame import understood, written
from pipeline.cli import turfwatch
from pipeline.console.views import Views
from pipeline.metrics.catalogue import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

CATALOGUE = frozenset(metric.name for metric in ALL)
NOT_SHOWN: dict[str, str] = {}
"""Metrics of the catalogue that no panel shows, each with its reason."""

NOT_OURS = re.compile(r"up|scrape_\w+|process_\w+|python_gc_\w+")
EXCUSED: dict[tuple[str, str], str] = {}
"""(rule, title of the panel) that may be broken, each with its reason."""

UNITS = {"short", "s", "bytes", "percentunit", "mps"}
"""Ids of Grafana's units; `make pictures` refuses one that Grafana's own code does not know."""

LINTED = {"stat", "timeseries", "table", "bargauge"}
DASHBOARDS: dict[str, dict[str, Any]] = {plan.uid: json.loads(file_of(plan).read_text()) for plan in PLANS}
every_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=list(DASHBOARDS))


def panels_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def targets_of(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for panel in panels_of(dashboard):
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def annotations_of(dashboard: dict[str, Any]) -> list[str]:
    return [annotation["target"]["expr"] for annotation in dashboard["annotations"]["list"]]


def variables_of(dashboard: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


def plain(expression: str) -> str:
    """Put values in for Grafana's variables, as the linter does; both ranges stay apart."""
    return expression.replace("$__rate_interval", "5m").replace("$__range", "1h").replace("$__interval", "1m")


def nodes(expression: str) -> list[promql.Expr]:
    found: list[promql.Expr] = []

    def keep(node: promql.Expr) -> bool:
        found.append(node)
        return True

    promql.walk(promql.parse(plain(expression)), keep)
    return found


def selectors(expression: str) -> list[promql.VectorSelector]:
    inside = [node.vector_selector for node in nodes(expression) if isinstance(node, promql.MatrixSelector)]
    return inside + [node for node in nodes(expression) if isinstance(node, promql.VectorSelector)]


def names_in(expression: str) -> set[str]:
    return {selector.name or "" for selector in selectors(expression)}


def family(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


def all_expressions(dashboard: dict[str, Any]) -> list[str]:
    return [expression for _, expression in targets_of(dashboard)] + annotations_of(dashboard)


def excused(rule: str, found: list[str]) -> list[str]:
    return [title for title in found if (rule, title) not in EXCUSED]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.uid)
def test_what_is_committed_is_what_the_code_builds(plan: Any) -> None:
    assert file_of(plan).read_text() == written(plan)


def test_no_other_dashboard_is_committed() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(map(file_of, PLANS))


@every_dashboard
def test_grafanas_own_schema_knows_every_field(dashboard: dict[str, Any]) -> None:
    assert understood(dashboard) == dashboard


@every_dashboard
def test_a_dashboard_has_a_fixed_id_and_cannot_be_edited(dashboard: dict[str, Any]) -> None:
    assert dashboard["uid"].startswith("turfwatch-")
    assert dashboard["editable"] is False
    assert "id" not in dashboard


@every_dashboard
def test_panels_have_ids_of_their_own(dashboard: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in dashboard["panels"]]

    assert sorted(set(ids)) == list(range(1, len(ids) + 1))


@every_dashboard
def test_panels_fill_their_rows_and_never_overlap(dashboard: dict[str, Any]) -> None:
    cells: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        own = set(itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])))
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert not own & cells, panel["title"]
        cells |= own

    assert len(cells) == 24 * (1 + max(y for _, y in cells))


@every_dashboard
def test_a_dashboard_is_small_and_its_first_row_answers_with_numbers(dashboard: dict[str, Any]) -> None:
    first = [panel["type"] for panel in panels_of(dashboard) if panel["gridPos"]["y"] == 1]

    assert len(panels_of(dashboard)) <= 21
    assert set(first) == {"stat"}


@every_dashboard
def test_graphs_draw_five_lines_at_most(dashboard: dict[str, Any]) -> None:
    assert [panel["title"] for panel in panels_of(dashboard) if panel["type"] == "timeseries" if lines(panel) > 5] == []


CLOSED = {"outcome": 5, "severity": 3, "told": 2, "generation": 3, "kind": 5, "verdict": 3}
"""How many values a label takes in a graph that does not choose some of them."""


def lines(panel: dict[str, Any]) -> int:
    return sum(lines_of(target["expr"]) for target in panel["targets"])


def lines_of(expression: str) -> int:
    if most := re.search(r"topk\((\d)", expression):
        return int(most[1])
    if asked := re.search(r'outcome=~"([^"]+)"', expression):
        return len(asked[1].split("|"))
    by = [label for found in re.findall(r"sum by \(([^)]*)\)", expression) for label in found.split(", ")]
    return max((CLOSED[label] for label in by if label != "le"), default=1)


@every_dashboard
def test_every_panel_says_what_it_shows_what_is_normal_and_what_to_do(dashboard: dict[str, Any]) -> None:
    for panel in panels_of(dashboard):
        assert panel["type"] in LINTED
        assert panel["title"]
        shows, normal, act = panel["description"].split("\n\n")
        assert shows.endswith("."), panel["title"]
        assert normal.startswith("**Normal:** ")
        assert act.startswith("**Otherwise:** ")


@every_dashboard
def test_every_command_that_a_description_names_exists(dashboard: dict[str, Any]) -> None:
    told = " ".join(panel["description"] for panel in panels_of(dashboard))

    for words in re.findall(r"`turfwatch ([a-z-]+(?: [a-z-]+)?)", told):
        command: click.Command | None = turfwatch
        for word in (word for word in words.split() if not word.startswith("-")):
            assert isinstance(command, click.Group), words
            command = command.commands.get(word)
            assert command, words


@every_dashboard
def test_titles_are_told_apart(dashboard: dict[str, Any]) -> None:
    titles = [panel["title"] for panel in dashboard["panels"]]

    assert len(set(titles)) == len(titles)


@every_dashboard
def test_every_panel_has_a_unit_that_grafana_knows(dashboard: dict[str, Any]) -> None:
    units = {panel["title"]: panel["fieldConfig"]["defaults"]["unit"] for panel in panels_of(dashboard)}
    columns = {
        change["value"]
        for panel in panels_of(dashboard)
        for override in panel["fieldConfig"]["overrides"]
        for change in override["properties"]
        if change["id"] == "unit"
    }

    assert excused("panel-units", [title for title, unit in units.items() if unit not in UNITS]) == []
    assert columns <= UNITS


@every_dashboard
def test_every_panel_asks_the_chosen_source(dashboard: dict[str, Any]) -> None:
    chosen = {"type": "prometheus", "uid": "$datasource"}

    for panel in panels_of(dashboard):
        assert panel["datasource"] == chosen
        assert panel["targets"]
        assert [target["datasource"] for target in panel["targets"]] == [chosen] * len(panel["targets"])
    assert [found["datasource"] for found in dashboard["annotations"]["list"]] == [chosen, chosen]


@every_dashboard
def test_variables_are_those_that_the_linter_wants(dashboard: dict[str, Any]) -> None:
    variables = variables_of(dashboard)
    asked = [variable for variable in variables.values() if variable["type"] == "query"]

    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    assert variables["datasource"]["label"] == "Data source"
    assert {"job", "instance"} <= {variable["name"] for variable in asked}
    for variable in asked:
        assert variable["label"] == variable["name"].capitalize()
        assert (variable["multi"], variable["includeAll"], variable["allValue"]) == (True, True, ".+")
        assert variable["refresh"] == 2
        assert variable["datasource"] == {"type": "prometheus", "uid": "$datasource"}
        inside = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
        assert inside
        assert inside[2] == variable["name"]
        assert family(next(iter(names_in(inside[1])))) in CATALOGUE


@every_dashboard
def test_every_variable_is_used(dashboard: dict[str, Any]) -> None:
    asked = " ".join(all_expressions(dashboard)) + json.dumps(dashboard["links"]) + json.dumps(dashboard["panels"])

    assert [name for name in variables_of(dashboard) if f"${name}" not in asked and f"${{{name}" not in asked] == []


@every_dashboard
def test_every_expression_parses(dashboard: dict[str, Any]) -> None:
    for expression in all_expressions(dashboard):
        assert isinstance(promql.parse(plain(expression)), promql.Expr)


@every_dashboard
def test_every_selector_matches_job_and_instance(dashboard: dict[str, Any]) -> None:
    for title, expression in targets_of(dashboard):
        for selector in selectors(expression):
            found = {(matcher.name, matcher.value) for matcher in selector.matchers.matchers}
            assert {("job", "$job"), ("instance", "$instance")} <= found, (title, expression)


@every_dashboard
def test_rates_are_taken_over_the_interval_that_grafana_chooses(dashboard: dict[str, Any]) -> None:
    wrong = re.compile(r"i?rate\([^][]*\[(?!\$__rate_interval\])")

    assert excused("rate-interval", [title for title, asked in targets_of(dashboard) if wrong.search(asked)]) == []
    spans = {span for _, asked in targets_of(dashboard) for span in re.findall(r"\[([^]]*)\]", asked)}
    # `increase` and `changes` may count over all that is shown.
    assert spans <= {"$__rate_interval", "$__range", "$__range:$__interval"}


@every_dashboard
def test_counters_are_only_looked_at_as_they_grow(dashboard: dict[str, Any]) -> None:
    for title, expression in targets_of(dashboard):
        grown = {
            str(inside.vector_selector.name)
            for node in nodes(expression)
            if isinstance(node, promql.Call) and node.func.name in {"rate", "irate", "increase"}
            for inside in node.args
            if isinstance(inside, promql.MatrixSelector)
        }
        counters = {name for name in names_in(expression) if re.search(r"_(total|bucket|count|sum)$", name)}
        assert excused("counter-agg", [title] if counters - grown else []) == [], expression


@every_dashboard
def test_every_metric_is_in_the_catalogue(dashboard: dict[str, Any]) -> None:
    asked = {family(name) for expression in all_expressions(dashboard) for name in names_in(expression)}

    assert {name for name in asked - CATALOGUE if not NOT_OURS.fullmatch(name)} == set()


def test_every_metric_of_the_catalogue_is_shown_or_excused() -> None:
    shown = {
        family(name)
        for dashboard in DASHBOARDS.values()
        for _, asked in targets_of(dashboard)
        for name in names_in(asked)
    }

    assert CATALOGUE - shown == set(NOT_SHOWN)


@every_dashboard
def test_every_link_leads_somewhere(dashboard: dict[str, Any]) -> None:
    links = [*dashboard["links"], *(link for panel in panels_of(dashboard) for link in panel.get("links", []))]

    for link in links:
        if inside := re.match(r"/d/([\w-]+)\?", link["url"]):
            assert inside[1] in DASHBOARDS, link
        else:
            assert link["url"].startswith("${docs}/"), link
            assert (ROOT / "docs" / link["url"].removeprefix("${docs}/")).is_file(), link
    assert {re.sub(r"\?.*", "", link["url"]) for link in dashboard["links"]} >= {
        f"/d/{uid}" for uid in DASHBOARDS if uid != dashboard["uid"]
    }


@every_dashboard
def test_a_severity_has_one_colour_everywhere(dashboard: dict[str, Any]) -> None:
    colours = {"critical": "red", "warning": "orange", "info": "blue"}
    found = {
        (override["matcher"]["options"], change["value"]["fixedColor"])
        for panel in panels_of(dashboard)
        for override in panel["fieldConfig"]["overrides"]
        for change in override["properties"]
        if change["id"] == "color" and override["matcher"]["options"] in colours
    }

    assert found <= set(colours.items())


def test_objectives_are_where_colours_change() -> None:
    bounds = {
        panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"]
        for panel in panels_of(DASHBOARDS["turfwatch-overview"])
        if panel["type"] == "stat"
        if len(panel["fieldConfig"]["defaults"]["thresholds"]["steps"]) > 2
    }

    assert bounds["Scored within 10 s"] == 0.99
    assert bounds["Neither refused nor lost"] == 0.999
    assert bounds["Delivered within 60 s"] == 0.99


def test_grafana_is_told_where_the_source_and_the_dashboards_are() -> None:
    folder = ROOT / "deploy" / "grafana" / "provisioning"
    source, provider = (folder / "datasources" / "prometheus.yaml", folder / "dashboards" / "turfwatch.yaml")

    assert "\n    uid: prometheus\n    type: prometheus\n" in source.read_text()
    assert "\n    type: file\n" in provider.read_text()
    assert "\n    allowUiUpdates: false\n" in provider.read_text()


def test_the_page_about_dashboards_shows_a_small_picture_of_each() -> None:
    page = (ROOT / "docs" / "dashboards.md").read_text()

    for plan in PLANS:
        picture = ROOT / "docs" / "pictures" / f"{file_of(plan).stem}.png"
        assert f"pictures/{picture.name}" in page
        assert picture.stat().st_size < 400_000


def test_an_incident_leads_to_its_page_in_the_console() -> None:
    links = {
        override["matcher"]["options"]: change["value"]
        for panel in panels_of(DASHBOARDS["turfwatch-campaigns"])
        for override in panel["fieldConfig"]["overrides"]
        for change in override["properties"]
        if change["id"] == "links"
    }

    assert set(links) == {"Campaign", "Burst"}
    assert {each["url"] for (each,) in links.values()} == {"${console}/incidents/${__value.raw}"}
    assert "/incidents/{id}" in {route.path for route in Views(Mock()).routes()}
