import {
  LineChart,
  ScatterChart,
  type LineSeriesOption,
  type ScatterSeriesOption,
} from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { parseInstant } from '@trimtab/core';
import type { BacktestReport, ReportedValue } from '@trimtab/engine/backtest';
import { withStableIds } from './stable-ids.js';

/**
 * Draws a backtest as SVG: the value of a unit and the index it is measured against on the left, the
 * price of the base on the right (in decades), and each roll as a mark on the value, by its cause. Equal
 * reports give equal bytes.
 */
export function renderBacktest(report: BacktestReport): string {
  use([LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    const { values } = report;
    const series = [
      line(PRICE, { points: pointsOf(values, 'spot'), color: '#999999', axis: 1 }),
      line(INDEX, { points: pointsOf(values, 'index'), color: '#e69f00', axis: 0 }),
      line(VALUE, { points: pointsOf(values, 'valuePerUnit'), color: '#0072b2', axis: 0 }),
      ...CAUSES.map((cause) => marks(cause, report)),
    ];
    chart.setOption({
      useUTC: true,
      animation: false,
      backgroundColor: '#ffffff',
      title: { text: titleOf(report), left: 'center', textStyle: { fontSize: 15 } },
      legend: { top: 30, itemGap: 24, data: series.map(({ name }) => String(name)) },
      grid: { left: 70, right: 70, top: 70, bottom: 40 },
      xAxis: { type: 'time', min: millisOf(report.period.from), max: millisOf(report.period.to) },
      yAxis: [
        { type: isWide(values) ? 'log' : 'value', scale: true, name: 'per unit' },
        { type: 'log', scale: true, name: 'price', splitLine: { show: false } },
      ],
      series,
    });
    return withStableIds(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

const WIDTH = 1000;
const HEIGHT = 480;
const VALUE = 'value per unit';
const INDEX = 'index';
const PRICE = 'price';
const CAUSES = [
  { trigger: 'MATURITY', name: 'roll by maturity', color: '#009e73', symbol: 'circle' },
  { trigger: 'PRICE', name: 'roll by price', color: '#d55e00', symbol: 'triangle' },
] as const;
/** Beyond this ratio of the largest to the least value, decades show more than a linear axis. */
const WIDE = 5;

type Point = [number, number];

function line(
  name: string,
  drawing: { readonly points: Point[]; readonly color: string; readonly axis: 0 | 1 },
): LineSeriesOption {
  return {
    name,
    type: 'line',
    yAxisIndex: drawing.axis,
    data: drawing.points,
    showSymbol: false,
    lineStyle: { width: drawing.axis === 1 ? 1 : 2 },
    color: drawing.color,
  };
}

/** At the value of the last price before the roll. */
function marks(cause: (typeof CAUSES)[number], { rolls, values }: BacktestReport) {
  const points = rolls.flatMap(({ time, cause: trigger }): Point[] => {
    if (trigger !== cause.trigger) return [];
    const known = values.findLast((one) => one.time <= time && one.valuePerUnit !== '');
    return known === undefined ? [] : [[millisOf(time), drawn(known.valuePerUnit)]];
  });
  return {
    name: cause.name,
    type: 'scatter',
    yAxisIndex: 0,
    data: points,
    symbol: cause.symbol,
    symbolSize: 7,
    color: cause.color,
    z: 5,
  } satisfies ScatterSeriesOption;
}

function pointsOf(
  values: readonly ReportedValue[],
  field: 'spot' | 'index' | 'valuePerUnit',
): Point[] {
  return values.flatMap((value): Point[] =>
    value[field] === '' ? [] : [[millisOf(value.time), drawn(value[field])]],
  );
}

function isWide(values: readonly ReportedValue[]): boolean {
  const found = values.flatMap(({ valuePerUnit }) =>
    valuePerUnit === '' ? [] : [drawn(valuePerUnit)],
  );
  // Nothing and less has no place on an axis of decades.
  const least = Math.min(...found);
  return least > 0 && Math.max(...found) > WIDE * least;
}

function titleOf({ intent, period, final }: BacktestReport): string {
  const day = (time: string): string => time.slice(0, 10);
  return `${intent.type}, ${intent.ticker}, ${day(period.from)} to ${day(period.to)}: ${final.state}`;
}

/** A decimal as a place on the drawing. */
function drawn(decimal: string): number {
  return parseFloat(decimal);
}

function millisOf(time: string): number {
  const parsed = parseInstant(time);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
