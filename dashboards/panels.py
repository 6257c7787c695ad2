"""Panels of one look, built with Grafana's foundation SDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as parts
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import prometheus as queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WELL, WARNING, CRITICAL, INFO, QUIET = "green", "orange", "red", "blue", "text"
SEVERITIES = {"critical": CRITICAL, "warning": WARNING, "info": INFO}
KINDS = {
    "coordinated-network": "purple",
    "copy-paste-wave": "yellow",
    "amplification-ring": "dark-green",
    "reply-swarm": "super-light-purple",
    "keyword-burst": "#7b8087",
}
SOURCE = looks.DataSourceRef(type_val="prometheus", uid="$datasource")
"""The source that the variable names: never one with a fixed id."""

Any_ = TypeVar("Any_", stat.Panel, timeseries.Panel, bargauge.Panel, table.Panel)
Panel: TypeAlias = stat.Panel | timeseries.Panel | bargauge.Panel | table.Panel
Steps: TypeAlias = "Sequence[tuple[str, float | None]]"


@dataclass(frozen=True, slots=True)
class Query:
    """An expression with the name of its lines; ``now`` asks for one value at the end of the time range."""

    expr: str
    legend: str = ""
    now: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What stands over a panel, and behind its `i`: what it shows, what is normal, what to do otherwise."""

    title: str
    shows: str
    normal: str
    act: str

    def text(self) -> str:
        """Markdown, as Grafana shows it."""
        return f"{self.shows}\n\n**Normal:** {self.normal}\n\n**Otherwise:** {self.act}"


def rising(warning: float, critical: float | None = None) -> Steps:
    """Colours of a value that is bad when it is large."""
    steps: list[tuple[str, float | None]] = [(WELL, None), (WARNING, warning)]
    return steps if critical is None else [*steps, (CRITICAL, critical)]


def falling(objective: float, comfortable: float) -> Steps:
    """Colours of a share: red below its objective, amber where little is left of the budget."""
    return [(CRITICAL, None), (WARNING, objective), (WELL, comfortable)]


PLAIN: Steps = [(WELL, None)]
NEUTRAL: Steps = [(INFO, None)]


def thresholds(steps: Steps) -> parts.ThresholdsConfig:
    """Bounds in the panel's own unit."""
    found = [models.Threshold(value=value, color=color) for color, value in steps]
    return parts.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(found)


def target(query: Query, name: str, *, as_table: bool) -> prometheus.Dataquery:
    """Build one query of a panel."""
    built = prometheus.Dataquery().expr(query.expr).ref_id(name).datasource(SOURCE)
    built = built.legend_format("" if as_table else query.legend)
    built = built.instant() if query.now or as_table else built.range()
    return built.format(queries.PromQueryFormat.TABLE if as_table else queries.PromQueryFormat.TIME_SERIES)


def dress(panel: Any_, about: About, unit: str, asked: Sequence[Query], size: tuple[int, int]) -> Any_:
    """Give a panel what all have: words, unit, source, queries and size (columns of 24, rows)."""
    panel = panel.title(about.title).description(about.text()).datasource(SOURCE).unit(unit)
    for number, query in enumerate(asked):
        panel = panel.with_target(target(query, chr(ord("A") + number), as_table=isinstance(panel, table.Panel)))
    return panel.span(size[0]).height(size[1])


def coloured(panel: Any_, colours: Mapping[str, str]) -> Any_:
    """Give series a fixed colour by their name, the same on every dashboard."""
    for name, colour in colours.items():
        fixed = models.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})
        panel = panel.override_by_name(name, [fixed])
    return panel


def by_threshold() -> parts.FieldColor:
    """Colour by the bounds."""
    return parts.FieldColor().mode(models.FieldColorModeId.THRESHOLDS)


def number(
    about: About,
    unit: str,
    *asked: Query,
    steps: Steps = PLAIN,
    width: int = 4,
    decimals: int | None = None,
    empty: str = "none",
    colours: Mapping[str, str] | None = None,
    dashboard: str = "",
) -> stat.Panel:
    """Build a big number, green while all is well; a click on ``dashboard`` shows more."""
    panel = dress(stat.Panel(), about, unit, asked, (width, 4)).thresholds(thresholds(steps)).no_value(empty)
    panel = panel.color_scheme(by_threshold()).color_mode(looks.BigValueColorMode.VALUE)
    panel = panel.graph_mode(looks.BigValueGraphMode.NONE).reduce_options(last()).min(0)
    several = len(asked) > 1 or bool(colours)
    panel = panel.text_mode(looks.BigValueTextMode.VALUE_AND_NAME if several else looks.BigValueTextMode.VALUE)
    panel = panel.orientation(looks.VizOrientation.VERTICAL)
    if decimals is not None:
        panel = panel.decimals(decimals)
    if dashboard:
        panel = panel.links([jump(dashboard)])
    return coloured(panel, colours or {})


def graph(
    about: About,
    unit: str,
    *asked: Query,
    steps: Steps = (),
    width: int = 8,
    style: Literal["lines", "bars", "stack"] = "lines",
    colours: Mapping[str, str] | None = None,
    most: float | None = None,
    step: str = "",
    room: float | None = None,
) -> timeseries.Panel:
    """Build lines over time, with dashed bounds where ``steps`` are given; ``bars`` are stacked, too.

    ``step`` is the least time between two values, ``room`` the value that the axis reaches at least.
    """
    panel = dress(timeseries.Panel(), about, unit, asked, (width, 8)).min(0).line_width(2 if style == "lines" else 0)
    panel = panel.color_scheme(parts.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    panel = panel.fill_opacity({"lines": 8, "bars": 80, "stack": 65}[style]).show_points(looks.VisibilityMode.NEVER)
    if style != "lines":
        panel = panel.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL).group("A"))
    if style == "bars":
        panel = panel.draw_style(looks.GraphDrawStyle.BARS)
    if steps:
        dashed = common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds(thresholds([("transparent", None), *steps])).thresholds_style(dashed)
    if most is not None:
        panel = panel.max(most)
    if step:
        panel = panel.interval(step)
    # What is counted by ones has an axis of whole numbers, and what is mostly zero one that does not end at 100.
    if (least := 4 if style == "bars" else room) is not None:
        panel = panel.axis_soft_max(least)
    shown = looks.LegendDisplayMode.LIST
    panel = panel.legend(
        common.VizLegendOptions().show_legend(True).display_mode(shown).placement(looks.LegendPlacement.BOTTOM)
    )
    tips = common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING)
    return coloured(panel.tooltip(tips), colours or {})


def bars(
    about: About,
    unit: str,
    *asked: Query,
    steps: Steps = NEUTRAL,
    width: int = 8,
    height: int = 8,
    most: float | None = None,
    decimals: int | None = None,
    colours: Mapping[str, str] | None = None,
) -> bargauge.Panel:
    """Build one horizontal bar for each series, as it stands now."""
    panel = dress(bargauge.Panel(), about, unit, asked, (width, height)).thresholds(thresholds(steps)).min(0)
    panel = panel.color_scheme(by_threshold()).orientation(looks.VizOrientation.HORIZONTAL).reduce_options(last())
    panel = panel.display_mode(looks.BarGaugeDisplayMode.BASIC).value_mode(looks.BarGaugeValueMode.COLOR)
    panel = panel.name_placement(looks.BarGaugeNamePlacement.LEFT).show_unfilled(True).no_value("none")
    if most is not None:
        panel = panel.max(most)
    if decimals is not None:
        panel = panel.decimals(decimals)
    return coloured(panel, colours or {})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the name of its field in the answer, how it is called, its unit and colours.

    ``looked_at``: its values are incidents that the console shows.
    """

    field: str
    title: str
    unit: str = ""
    steps: Steps = ()
    states: tuple[tuple[str, str, str], ...] = ()
    width: int = 0
    gauge: float = 0
    looked_at: bool = False


def grid(
    about: About,
    *asked: Query,
    columns: Sequence[Column],
    order: str,
    hide: Sequence[str] = (),
    width: int = 24,
    height: int = 7,
) -> table.Panel:
    """Build a table with one line for each set of labels; the answers of all queries are merged."""
    panel = dress(table.Panel(), about, "short", asked, (width, height))
    hidden = {"Time": True, **dict.fromkeys(hide, True)}
    names = {column.field: column.title for column in columns}
    order_of = {column.field: number for number, column in enumerate(columns)}
    # Merging brings the lines of all queries together, and renaming makes the names that overrides go by.
    panel = panel.with_transformation(models.DataTransformerConfig("merge", options={}))
    shape = {"excludeByName": hidden, "indexByName": order_of, "renameByName": names}
    panel = panel.with_transformation(models.DataTransformerConfig("organize", options=shape))
    panel = panel.sort_by([common.TableSortByFieldState().display_name(order).desc(True)])
    for column in columns:
        panel = panel.override_by_name(column.title, look_of(column))
    return panel


def look_of(column: Column) -> list[models.DynamicConfigValue]:
    """Tell how the cells of a column look."""
    found: dict[str, Any] = {}
    if column.unit:
        found["unit"] = column.unit
    if column.width:
        found["custom.width"] = column.width
    if column.steps or column.states:
        found["custom.cellOptions"] = {"type": "color-text"}
        found["color"] = {"mode": "thresholds"}
    if column.gauge:
        found |= {"custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}}
        found |= {"min": 0, "max": column.gauge, "color": {"mode": "thresholds"}}
    if column.steps:
        steps = [{"color": color, "value": value} for color, value in column.steps]
        found["thresholds"] = {"mode": "absolute", "steps": steps}
    if column.states:
        options = {
            value: {"text": text, "color": color, "index": index}
            for index, (value, text, color) in enumerate(column.states)
        }
        found["mappings"] = [{"type": "value", "options": options}]
    if column.looked_at:
        address = "${console}/incidents/${__value.raw}"
        found["links"] = [{"title": "Look at it in the console", "url": address, "targetBlank": True}]
    return [models.DynamicConfigValue(key, value) for key, value in found.items()]


def last() -> common.ReduceDataOptions:
    """Show the last value of a series."""
    return common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)


def path(uid: str) -> str:
    """Address of a dashboard within Grafana, with the data source that is chosen."""
    return f"/d/{uid}?${{datasource:queryparam}}"


def jump(uid: str) -> parts.DashboardLink:
    """Link from a panel to the dashboard that shows more of it."""
    return (
        parts.DashboardLink("Show more").type(models.DashboardLinkType.LINK).url(f"{path(uid)}&${{__url_time_range}}")
    )
