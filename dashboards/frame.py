"""What all dashboards have: identity, variables, links, annotations and rows."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.builders import dashboard as parts
from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from dashboards.panels import CRITICAL, SOURCE, WARNING, Panel, path
from dashboards.promql import own

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCS = os.environ.get("DOCS") or "https://turfwatch.example/docs"
"""Where the documentation is read; ``make dashboards DOCS=...`` puts another place in."""

CONSOLE = os.environ.get("CONSOLE") or "http://127.0.0.1:6068"
"""Where incidents are looked at, in the same way."""

TITLES = {
    "turfwatch-overview": "Overview",
    "turfwatch-campaigns": "Campaigns",
    "turfwatch-pipeline": "Pipeline",
    "turfwatch-delivery": "Alert delivery",
    "turfwatch-runtime": "Runtime",
}
RUNBOOKS = "runbooks/README.md"
EVERY = models.VariableOption(selected=True, text=["All"], value=["$__all"])


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that answer one question, from left to right."""

    question: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Plan:
    """A dashboard: its fixed id, what it is for, the processes it is about and its rows from top to bottom.

    ``streams``: which can be chosen. ``incidents``: it leads to them in the console.
    """

    uid: str
    purpose: str
    rows: Sequence[Row]
    processes: str = ""
    streams: bool = False
    incidents: bool = False
    since: str = "now-1h"


def asked(name: str, label: str, query: str) -> parts.QueryVariable:
    """Build a variable whose values Prometheus knows; all of them are chosen at first."""
    variable = parts.QueryVariable(name).label(label).query(query).datasource(SOURCE)
    variable = variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
    return variable.multi(True).include_all(True).all_value(".+").current(EVERY)


def variables(built: parts.Dashboard, plan: Plan) -> parts.Dashboard:
    """Add the choices at the top of a dashboard."""
    built = built.with_variable(parts.DatasourceVariable("datasource").label("Data source").type("prometheus"))
    built = built.with_variable(asked("job", "Job", f"label_values(turfwatch_build_info{plan.processes}, job)"))
    same_job = 'label_values(turfwatch_build_info{job=~"$job"}, instance)'
    built = built.with_variable(asked("instance", "Instance", same_job))
    if plan.streams:
        known = own("turfwatch_watermark_timestamp_seconds")
        built = built.with_variable(asked("stream", "Stream", f"label_values({known}, stream)"))
    if plan.incidents:
        built = built.with_variable(parts.ConstantVariable("console").label("Console").value(CONSOLE))
    docs = parts.ConstantVariable("docs").label("Documentation").value(DOCS)
    return built.with_variable(docs)


def links(built: parts.Dashboard, plan: Plan) -> parts.Dashboard:
    """Add the ways to the other dashboards and to the documentation."""
    for uid, title in TITLES.items():
        if uid != plan.uid:
            there = parts.DashboardLink(title).type(models.DashboardLinkType.LINK).icon("dashboard").url(path(uid))
            built = built.link(there.keep_time(True).tooltip(f"turfwatch: {title}"))
    for title, page in (("Runbooks", RUNBOOKS), ("About these dashboards", "dashboards.md")):
        there = parts.DashboardLink(title).type(models.DashboardLinkType.LINK).icon("doc").target_blank(True)
        built = built.link(there.url(f"${{docs}}/{page}").tooltip(title))
    return built


def openings(severity: str, colour: str) -> parts.AnnotationQuery:
    """Mark the moments at which incidents of a severity opened."""
    counted = own("turfwatch_incident_events_total", 'type="opened"', f'severity="{severity}"')
    expr = f"sum by (kind) (changes({counted}[$__rate_interval])) > 0"
    found = prometheus.Dataquery().expr(expr).ref_id("Anno").legend_format("{{kind}}")
    marked = parts.AnnotationQuery().name(f"Opened, {severity}").datasource(SOURCE).enable(True).icon_color(colour)
    return marked.target(found).title_format(f"{{{{kind}}}} opened, {severity}").tag_keys("kind")


def build(plan: Plan) -> dict[str, Any]:
    """Build a dashboard as Grafana's classic JSON."""
    built = (
        parts.Dashboard(f"turfwatch: {TITLES[plan.uid]}")
        .uid(plan.uid)
        .description(plan.purpose)
        .tags(["turfwatch"])
        .readonly()
    )
    built = built.time(plan.since, "now").refresh("30s").timezone("browser")
    built = built.tooltip(models.DashboardCursorSync.CROSSHAIR)
    built = links(variables(built, plan), plan)
    for severity, colour in (("critical", CRITICAL), ("warning", WARNING)):
        built = built.annotation(openings(severity, colour))
    for row in plan.rows:
        built = built.with_row(parts.Row(row.question))
        for panel in row.panels:
            built = built.with_panel(panel)
    return numbered(plain(built.build()))


def plain(model: models.Dashboard) -> dict[str, Any]:
    """Turn a model into what JSON knows."""
    found: dict[str, Any] = json.loads(json.dumps(model, cls=JSONEncoder))
    return found


def understood(dashboard: dict[str, Any]) -> dict[str, Any]:
    """Tell what Grafana's schema makes of a dashboard: fields that it does not know are missing."""
    plugins.register_default_plugins()
    return plain(models.Dashboard.from_json(dashboard))


def numbered(dashboard: dict[str, Any]) -> dict[str, Any]:
    """Give each panel an id of its own: the SDK gives none, and Grafana would give others each time."""
    for number, panel in enumerate(dashboard["panels"], 1):
        panel["id"] = number
    return dashboard


def written(plan: Plan) -> str:
    """Write a dashboard in the one form that is committed."""
    return json.dumps(build(plan), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
