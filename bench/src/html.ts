/**
 * A report as one self-contained HTML file: plots rendered to SVG here, so the page has neither scripts nor anything to
 * load, and all results as tables.
 */

import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Comparison } from './baseline.ts';
import type { PeerTable } from './peers/table.ts';
import type { Result, Results } from './results.ts';
import { describeMachine } from './results.ts';
import { quantity, short } from './table.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export interface ReportParts {
  readonly comparisons?: readonly Comparison[];
  readonly peers?: PeerTable;
}

export function htmlReport(all: Results, { comparisons, peers }: ReportParts = {}): string {
  const { machine, date, quick, results } = all;
  const groups = [...new Set(results.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const own = results.filter((result) => result.group === group);
    return `<h2>${escape(group)}</h2>${plots(own)}${resultTable(own)}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tenfold: benchmarks</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Tenfold: benchmarks</h1>
<p>${escape(describeMachine(machine))}; ${escape(date)}${quick ? '; measured quickly, for a look' : ''}</p>
${comparisons ? `<h2>Compared with the baseline</h2>${comparisonPlot(comparisons)}${comparisonTable(comparisons)}` : ''}
${peers ? `<h2>Beside other libraries</h2>${peerTable(peers)}` : ''}
${sections.join('\n')}
</body>
</html>
`;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.15rem 0.8rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
td { font-variant-numeric: tabular-nums; }
.better { color: #16703c; } .worse { color: #b3261e; }
svg { display: inline-block; max-width: 100%; height: auto; }
`;

/** A line a variant over what the sets vary, one plot for each thing that is varied. */
function plots(results: readonly Result[]): string {
  const names = [...new Set(results.flatMap(({ point }) => (point ? [point.plot] : [])))];
  return names
    .map((name) => linePlot(name, results.filter(({ point }) => point?.plot === name)))
    .join('\n'); // prettier-ignore
}

function linePlot(title: string, results: readonly Result[]): string {
  const variants = [...new Set(results.map(({ variant }) => variant))];
  const xs = [...new Set(results.map(({ point }) => point?.x ?? 0))].sort((a, b) => a - b);
  const rates = results.every(({ rate }) => rate !== undefined);
  const unit = rates ? results[0].rate?.unit : results[0].unit;
  return svg({
    title: { text: title, textStyle: { fontSize: 14 } },
    legend: { bottom: 0 },
    grid: { left: 60, right: 20, top: 70, bottom: 110 },
    xAxis: {
      type: 'category',
      data: xs.map(String),
      name: results[0].point?.axis,
      nameLocation: 'middle',
      nameGap: 25,
    },
    yAxis: { type: 'value', name: unit, min: 0 },
    series: variants.map((variant) => ({
      type: 'line',
      name: variant,
      data: xs.map((x) => {
        const found = results.find(
          (result) => result.variant === variant && result.point?.x === x,
        );
        return (rates ? found?.rate?.value : found?.value) ?? null;
      }),
    })),
  }); // prettier-ignore
}

function comparisonPlot(comparisons: readonly Comparison[]): string {
  const rows = [...comparisons].sort((a, b) => b.ratio - a.ratio);
  const colours = { better: '#16703c', worse: '#b3261e', same: '#999' };
  return svg(
    {
      title: { text: 'time now over time then (1: the same)', textStyle: { fontSize: 14 } },
      grid: { left: 330, right: 20, top: 40, bottom: 30 },
      xAxis: { type: 'log', logBase: 2 },
      yAxis: { type: 'category', data: rows.map(({ id }) => id), axisLabel: { width: 310, overflow: 'truncate', fontSize: 11 } },
      series: [
        {
          type: 'bar',
          data: rows.map(({ ratio, verdict }) => ({ value: ratio, itemStyle: { color: colours[verdict] } })),
        },
      ],
    },
    Math.max(160, 70 + 18 * rows.length),
    900,
  ); // prettier-ignore
}

/** Rendered without a browser; animations would only leave the first frame. */
function svg(option: EChartsCoreOption, height = 380, width = 460): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, ...option });
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

function resultTable(results: readonly Result[]): string {
  const rows = results.map(({ set, variant, value, unit, timing, rate }) => [
    `${set}, ${variant}`,
    quantity(value, unit),
    timing ? `±${(timing.noise * 100).toFixed(1)} %` : '',
    rate ? `${short(rate.value)} ${rate.unit}` : '',
  ]);
  return table(['', 'median', 'noise', 'rate'], rows);
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ id, before, after, ratio, noise, verdict }) => ({
    mark: verdict,
    cells: [
      id,
      quantity(before.value, before.unit),
      quantity(after.value, after.unit),
      `${ratio.toFixed(3)} ±${noise.toFixed(3)}`,
      verdict === 'same' ? '' : verdict,
    ],
  }));
  return table(
    ['', 'then', 'now', 'ratio', ''],
    rows.map(({ cells }) => cells),
    rows.map(({ mark }) => mark),
  );
}

function peerTable({ peers, rows, notes }: PeerTable): string {
  const cells = rows.map(({ workload, milliseconds }) => [
    workload,
    ...milliseconds.map((value) => (value === undefined ? '' : quantity(value, 'ms'))),
  ]);
  return `${table(['', ...peers], cells)}${notes.map((text) => `<p>${escape(text)}</p>`).join('')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[], classes: readonly string[] = []): string {
  const cells = (tag: string, list: readonly string[]) =>
    list.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('');
  const body = rows.map((row, i) => `<tr class="${classes[i] ?? ''}">${cells('td', row)}</tr>`);
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
} // prettier-ignore

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
} // prettier-ignore
