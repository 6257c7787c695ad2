// Draws one dashboard as Grafana would: its own components, units, thresholds, colours and transformations.
import React, {useEffect, useState} from 'react';
import {createRoot} from 'react-dom/client';
import {
  FieldType, LoadingState, ThemeContext, applyFieldOverrides, createTheme, dateTime, getFieldDisplayName,
  getFieldDisplayValues, getValueFormats, standardFieldConfigEditorRegistry, standardTransformers,
  standardTransformersRegistry, toDataFrame, transformDataFrame,
} from '@grafana/data';
import {BarGauge, BigValue, GlobalStyles, PanelChrome, TimeSeries} from '@grafana/ui';
import {TableNG} from '@grafana/ui/unstable';
import {lastValueFrom} from 'rxjs';
import 'uplot/dist/uPlot.min.css';
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import '@fontsource/roboto-mono/400.css';

const {dashboard, prometheus, end, range, width} = window.PREVIEW;
const theme = createTheme({colors: {mode: 'dark'}});
const SCRAPE = 30, CELL = 30, GAP = 8, HEAD = 96;
const COLUMN = (width - 2 * GAP + GAP) / 24;
const NONE = {};
const problems = [];

const properties = ['unit', 'decimals', 'min', 'max', 'thresholds', 'color', 'mappings', 'noValue', 'displayName', 'links'];
standardFieldConfigEditorRegistry.setInit(() => properties.map((id) => ({
  id, path: id, name: id, settings: NONE, editor: () => null, override: () => null, process: (value) => value, shouldApply: () => true,
})));
const transformers = new Map(Object.values(standardTransformers).map((each) => [each.id, each]));
standardTransformersRegistry.setInit(() => [...transformers.values()].map((each) => ({
  id: each.id, name: each.name, transformation: () => Promise.resolve(each), editor: () => null,
})));
const units = new Set(getValueFormats().flatMap((group) => group.submenu.map((unit) => unit.value)));

const seconds = (text) => parseInt(text, 10) * {s: 1, m: 60, h: 3600}[text.slice(-1)];
const start = end - range;
const pixels = (panel) => ({width: panel.gridPos.w * COLUMN - GAP, height: panel.gridPos.h * (CELL + GAP) - GAP});

function stepOf(panel) {
  const fine = [15, 30, 60, 120, 300, 600, 900, 1800].find((step) => range / step <= pixels(panel).width) || 3600;
  return Math.max(fine, SCRAPE, panel.interval ? seconds(panel.interval) : 0);
}

function expand(expression, step) {
  return expression
    .replaceAll('$__rate_interval', `${Math.max(step + SCRAPE, 4 * SCRAPE)}s`)
    .replaceAll('$__range', `${range}s`)
    .replaceAll('$__interval', `${step}s`)
    .replace(/=~"\$\w+"/g, '=~".+"');
}

async function ask(path, parameters) {
  const answer = await (await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`)).json();
  if (answer.status !== 'success') {
    throw new Error(`${answer.error}: ${parameters.query}`);
  }
  return answer.data.result;
}

const legendOf = (format, labels) => format
  ? format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] || '')
  : `{${Object.entries(labels).map(([name, value]) => `${name}="${value}"`).join(', ')}}`;

function lineOf(target, step, series) {
  // Prometheus leaves out what is not there; Grafana's data source fills it with null, and so lines break.
  const found = new Map((series.values || [series.value]).map(([time, value]) => [time, parseFloat(value)]));
  const times = series.values ? Array.from({length: Math.floor(range / step) + 1}, (_, n) => Math.floor(start / step) * step + n * step) : [...found.keys()];
  const values = times.map((time) => (found.has(time) ? found.get(time) : null));
  const config = {displayNameFromDS: legendOf(target.legendFormat, series.metric)};
  return toDataFrame({refId: target.refId, fields: [
    {name: 'Time', type: FieldType.time, values: times.map((time) => time * 1000), config: {}},
    {name: 'Value', type: FieldType.number, values, labels: series.metric, config},
  ]});
}

function tableOf(target, several, series) {
  const labels = [...new Set(series.flatMap((each) => Object.keys(each.metric)))].sort();
  return toDataFrame({refId: target.refId, fields: [
    {name: 'Time', type: FieldType.time, values: series.map((each) => each.value[0] * 1000), config: {}},
    ...labels.map((name) => ({name, type: FieldType.string, values: series.map((each) => each.metric[name] || ''), config: {}})),
    {name: several ? `Value #${target.refId}` : 'Value', type: FieldType.number, values: series.map((each) => parseFloat(each.value[1])), config: {}},
  ]});
}

async function load(panel) {
  const step = stepOf(panel);
  const frames = (await Promise.all(panel.targets.map(async (target) => {
    const query = expand(target.expr, step);
    const first = Math.floor(start / step) * step;
    const series = target.instant
      ? await ask('query', {query, time: end})
      : await ask('query_range', {query, start: first, end: first + Math.floor(range / step) * step, step});
    return target.format === 'table'
      ? [tableOf(target, panel.targets.length > 1, series)]
      : series.map((each) => lineOf(target, step, each));
  }))).flat();
  const shaped = panel.transformations ? await lastValueFrom(transformDataFrame(panel.transformations, frames)) : frames;
  return dressed(panel, shaped);
}

function dressed(panel, frames) {
  const done = applyFieldOverrides({
    data: frames, fieldConfig: panel.fieldConfig, theme, replaceVariables: (text) => text,
    fieldConfigRegistry: standardFieldConfigEditorRegistry, timeZone: 'utc',
  });
  for (const frame of done) {
    for (const field of frame.fields) {
      const custom = {...panel.fieldConfig.defaults.custom};
      const name = getFieldDisplayName(field, frame, done);
      for (const override of panel.fieldConfig.overrides.filter((each) => each.matcher.options === name)) {
        for (const {id, value} of override.properties.filter((each) => each.id.startsWith('custom.'))) {
          custom[id.slice('custom.'.length)] = value;
        }
      }
      field.config.custom = custom;
    }
  }
  return done;
}

const used = (panel) => [panel.fieldConfig.defaults.unit, ...panel.fieldConfig.overrides.flatMap((each) =>
  each.properties.filter((change) => change.id === 'unit').map((change) => change.value))];

const hasData = (frames) => frames.some((frame) => frame.fields.some((field) =>
  field.type === FieldType.number && field.values.some((value) => value !== null && !Number.isNaN(value))));

function check(panel, frames) {
  if (!hasData(frames)) {
    problems.push(`${panel.title}: no data`);
  }
  if (panel.type === 'timeseries' && frames.length > 5) {
    problems.push(`${panel.title}: ${frames.length} lines`);
  }
  problems.push(...used(panel).filter((unit) => !units.has(unit)).map((unit) => `${panel.title}: no unit ${unit}`));
}

const timeRange = {from: dateTime(start * 1000), to: dateTime(end * 1000), raw: {from: `now-${range / 3600}h`, to: 'now'}};

function marks(openings, config) {
  config.addHook('draw', (plot) => {
    const {ctx, bbox} = plot;
    for (const {time, color} of openings) {
      const x = Math.round(plot.valToPos(time * 1000, 'x', true));
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = theme.visualization.getColorByName(color);
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(x - 5, bbox.top + bbox.height + 6);
      ctx.lineTo(x + 5, bbox.top + bbox.height + 6);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.fill();
      ctx.restore();
    }
  });
}

function Lines({panel, frames, size, openings}) {
  const {legend} = panel.options;
  return <TimeSeries frames={frames} structureRev={1} width={size.width} height={size.height} timeRange={timeRange} timeZone="utc"
    legend={{calcs: [], ...legend}} tweakScale={(scale) => scale} tweakAxis={(axis) => axis} options={NONE} replaceVariables={(text) => text}>
    {(config) => { if (!config.marked) { config.marked = true; marks(openings, config); } return null; }}
  </TimeSeries>;
}

function valuesOf(panel, frames) {
  return getFieldDisplayValues({
    fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, data: frames, theme, timeZone: 'utc',
    replaceVariables: (text) => text, sparkline: panel.options.graphMode === 'area',
  });
}

function Numbers({panel, frames, size}) {
  const values = valuesOf(panel, frames);
  const stacked = panel.options.orientation === 'horizontal';
  const part = (whole, shared) => (shared ? (whole - GAP * (values.length - 1)) / values.length : whole);
  return <div style={{display: 'flex', flexDirection: stacked ? 'column' : 'row', gap: GAP}}>
    {values.map((value, number) => <BigValue key={number} value={value.display} sparkline={value.sparkline} theme={theme}
      width={part(size.width, !stacked)} height={part(size.height, stacked)} count={values.length}
      colorMode={panel.options.colorMode} graphMode={panel.options.graphMode} textMode={panel.options.textMode} justifyMode="auto" />)}
  </div>;
}

function Bars({panel, frames, size}) {
  const values = valuesOf(panel, frames);
  const {displayMode, namePlacement, valueMode, showUnfilled} = panel.options;
  const text = (pick) => values.map((value) => pick(value.display) || '').reduce((one, two) => (one.length > two.length ? one : two), '');
  const alignment = {title: text((one) => one.title), text: text((one) => one.text), suffix: text((one) => one.suffix), prefix: ''};
  const height = Math.min(40, (size.height - GAP * (values.length - 1)) / values.length);
  return <div style={{display: 'flex', flexDirection: 'column', gap: GAP, height: size.height, justifyContent: 'space-evenly'}}>
    {values.map((value, number) => <BarGauge key={number} width={size.width} height={height} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)}
      value={value.display} theme={theme} orientation="horizontal" displayMode={displayMode} namePlacement={namePlacement}
      valueDisplayMode={valueMode} showUnfilled={showUnfilled} alignmentFactors={alignment} itemSpacing={GAP} lcdCellWidth={12} />)}
  </div>;
}

function Body({panel, frames, size, openings}) {
  // What Grafana says in place of a panel without data; its components alone would fail.
  if (!hasData(frames)) {
    return <div style={{display: 'grid', placeItems: 'center', width: size.width, height: size.height}}>No data</div>;
  }
  switch (panel.type) {
    case 'timeseries': return <Lines {...{panel, frames, size, openings}} />;
    case 'stat': return <Numbers {...{panel, frames, size}} />;
    case 'bargauge': return <Bars {...{panel, frames, size}} />;
    default: return <TableNG data={frames[0]} width={size.width} height={size.height} sortBy={panel.options.sortBy} structureRev={1} timeRange={timeRange} />;
  }
}

const place = ({gridPos}) => ({position: 'absolute', left: GAP + gridPos.x * COLUMN, top: HEAD + gridPos.y * (CELL + GAP)});

function Panel({panel, openings, frames, error}) {
  return <div style={place(panel)}>
    <PanelChrome title={panel.title} description={panel.description} {...pixels(panel)} loadingState={LoadingState.Done} statusMessage={error}
      padding={panel.type === 'stat' || panel.type === 'table' ? 'none' : 'md'}>
      {(innerWidth, innerHeight) => frames && <Body panel={panel} frames={frames} openings={openings} size={{width: innerWidth, height: innerHeight}} />}
    </PanelChrome>
  </div>;
}

const Row = ({panel}) => <div style={{...place(panel), height: CELL, display: 'flex', alignItems: 'center', gap: 8, fontSize: 16, fontWeight: 500}}>
  <span style={{color: theme.colors.text.secondary}}>⌄</span>{panel.title}
</div>;

function Head() {
  const box = {border: `1px solid ${theme.colors.border.medium}`, borderRadius: 4, padding: '3px 8px', fontSize: 12};
  const shown = dashboard.templating.list.filter((variable) => variable.hide !== 2);
  const choice = (variable) => (variable.type === 'datasource' ? 'Prometheus' : 'All');
  return <div style={{position: 'absolute', left: GAP, right: GAP, top: 8}}>
    <div style={{display: 'flex', justifyContent: 'space-between', alignItems: 'center'}}>
      <span style={{fontSize: 20, fontWeight: 500}}>{dashboard.title}</span>
      <span style={box}>Last {range / 3600} {range > 3600 ? 'hours' : 'hour'} · refreshed every {dashboard.refresh}</span>
    </div>
    <div style={{display: 'flex', justifyContent: 'space-between', marginTop: 14}}>
      <div style={{display: 'flex', gap: 8}}>
        {shown.map((variable) => <span key={variable.name} style={box}><span style={{color: theme.colors.text.secondary}}>{variable.label}</span>&ensp;{choice(variable)}</span>)}
        {dashboard.annotations.list.map((each) => <span key={each.name} style={box}><span style={{color: theme.visualization.getColorByName(each.iconColor)}}>▲</span>&ensp;{each.name}</span>)}
      </div>
      <div style={{display: 'flex', gap: 8}}>{dashboard.links.map((link) => <span key={link.title} style={{...box, color: theme.colors.text.link}}>{link.title}</span>)}</div>
    </div>
  </div>;
}

async function annotations() {
  const found = await Promise.all(dashboard.annotations.list.map(async (each) => {
    const series = await ask('query_range', {query: expand(each.target.expr, SCRAPE), start, end, step: SCRAPE});
    // One mark where a row of values begins: Grafana joins neighbours into one annotation, too.
    return series.flatMap((one) => one.values.map(([time]) => time).filter((time, n, all) => n === 0 || time - all[n - 1] > SCRAPE)
      .map((time) => ({time, color: each.iconColor})));
  }));
  return found.flat();
}

async function main() {
  // document.fonts.ready would wait for the page, and the page waits for us.
  await Promise.all(['400 14px Inter', '500 14px Inter', '400 14px "Roboto Mono"'].map((font) => document.fonts.load(font)));
  const openings = await annotations();
  const panels = dashboard.panels.filter((panel) => panel.type !== 'row');
  const loaded = await Promise.all(panels.map((panel) => load(panel).then((frames) => ({frames}), (error) => {
    problems.push(`${panel.title}: ${error}`);
    return {error: String(error)};
  })));
  panels.forEach((panel, number) => loaded[number].frames && check(panel, loaded[number].frames));
  const height = HEAD + Math.max(...panels.map(({gridPos}) => gridPos.y + gridPos.h)) * (CELL + GAP);
  const all = <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{position: 'relative', background: theme.colors.background.canvas, color: theme.colors.text.primary, height, width, fontFamily: theme.typography.fontFamily}}>
      <Head />
      {dashboard.panels.filter((panel) => panel.type === 'row').map((panel) => <Row key={panel.id} panel={panel} />)}
      {panels.map((panel, number) => <Panel key={panel.id} panel={panel} openings={openings} {...loaded[number]} />)}
    </div>
  </ThemeContext.Provider>;
  createRoot(document.getElementById('root'), {onUncaughtError: (error) => problems.push(String(error.stack))}).render(all);
  setTimeout(() => {
    for (const title of document.querySelectorAll('h2')) {
      if (title.scrollWidth > title.clientWidth + 1) problems.push(`${title.textContent}: its title is clipped`);
    }
    report();
  }, 1500);
}

const report = () => fetch('/report', {method: 'POST', body: JSON.stringify(problems)});
main().catch((error) => { problems.push(String(error.stack || error)); report(); });
