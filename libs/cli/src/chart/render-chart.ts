import { LineChart, type LineSeriesOption } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  TitleComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { formatInstant, type Instant } from '@trimtab/core';
import { periodsOf, type ChartState, type PriceChart } from './price-chart.js';
import { withStableIds } from './stable-ids.js';

/**
 * Draws a chart as SVG: each venue as a thin line, the published price as a stair, its confidence as
 * a band around it, and every stretch that is not HEALTHY as a marked area with its name. Equal data
 * gives equal bytes.
 */
export function renderChart(data: PriceChart): string {
  use([LineChart, GridComponent, LegendComponent, MarkAreaComponent, TitleComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    const venues = data.venues.map(({ name, points }, index): LineSeriesOption => ({
      name,
      type: 'line',
      data: points.map(({ time, price }) => [time, drawn(price)]),
      showSymbol: false,
      sampling: 'lttb',
      lineStyle: { width: 1, opacity: 0.7 },
      color: VENUE_COLOURS[index % VENUE_COLOURS.length] ?? '#999',
    }));
    chart.setOption({
      useUTC: true,
      animation: false,
      backgroundColor: '#ffffff',
      title: { text: titleOf(data), left: 'center', textStyle: { fontSize: 15 } },
      legend: {
        top: 30,
        left: 60,
        right: 60,
        itemGap: 24,
        icon: 'roundRect',
        data: [...data.venues.map(({ name }) => name), PRICE, CONFIDENCE],
      },
      grid: { left: 70, right: 20, top: 105, bottom: 40 },
      xAxis: { type: 'time', min: data.from, max: data.to },
      yAxis: { type: 'value', scale: true },
      series: [...venues, ...bandOf(data), priceOf(data)],
    });
    return withStableIds(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

function titleOf({ assetId, from, to }: PriceChart): string {
  const minute = (time: Instant): string => formatInstant(time).slice(0, 16).replace('T', ' ');
  return `${assetId}, ${minute(from)} to ${minute(to)} UTC`;
}

const WIDTH = 1000;
const HEIGHT = 480;
const PRICE = 'published price';
const CONFIDENCE = 'confidence';
const VENUE_COLOURS = ['#e69f00', '#56b4e9', '#009e73', '#cc79a7', '#d55e00', '#0072b2', '#b0a000'];
const PRICE_COLOUR = '#111111';
const BAND_COLOUR = '#3b6fd4';
const STATE_COLOURS: Readonly<Record<Exclude<ChartState, 'HEALTHY'>, string>> = {
  STALE: 'rgba(128,128,128,0.25)',
  NO_QUORUM: 'rgba(230,159,0,0.2)',
  HALTED: 'rgba(213,0,0,0.2)',
};

/** A decimal as a place on the drawing. */
function drawn(decimal: string): number {
  return parseFloat(decimal);
}

/** Where the price stands; where it is not HEALTHY it is not usable and not drawn. */
function stairs(
  data: PriceChart,
  value: (price: string, confidence: string) => number,
): (readonly [number, number | '-'])[] {
  const points = data.standings.map(({ time, state, price, confidence }) => {
    const isUsable = state === 'HEALTHY' && price !== undefined;
    return [time, isUsable ? value(price, confidence ?? '0') : '-'] as const;
  });
  const last = points.at(-1);
  return last === undefined ? [] : [...points, [data.to, last[1]]];
}

function priceOf(data: PriceChart): LineSeriesOption {
  const areas = periodsOf(data).flatMap(({ state, from, to }) => {
    if (state === 'HEALTHY') return [];
    const start = {
      name: state,
      xAxis: from,
      itemStyle: { color: STATE_COLOURS[state] },
      label: { color: '#333333', fontWeight: 'bold' as const },
    };
    return [[start, { xAxis: to }] as [typeof start, { xAxis: number }]];
  });
  return {
    name: PRICE,
    type: 'line',
    step: 'end',
    data: stairs(data, (price) => drawn(price)).map((point) => [...point]),
    showSymbol: false,
    lineStyle: { width: 2 },
    color: PRICE_COLOUR,
    markArea: { data: areas },
  };
}

/** The band is the width of twice the confidence, stacked on its invisible lower end. */
function bandOf(data: PriceChart): readonly LineSeriesOption[] {
  const edge: LineSeriesOption = {
    type: 'line',
    step: 'end',
    stack: CONFIDENCE,
    stackStrategy: 'all',
    showSymbol: false,
    silent: true,
    lineStyle: { opacity: 0 },
    color: BAND_COLOUR,
  };
  const lower = stairs(data, (price, confidence) => drawn(price) - drawn(confidence));
  const width = stairs(data, (_, confidence) => 2 * drawn(confidence));
  return [
    { ...edge, name: 'lower end', data: lower.map((point) => [...point]) },
    {
      ...edge,
      name: CONFIDENCE,
      data: width.map((point) => [...point]),
      areaStyle: { color: BAND_COLOUR, opacity: 0.35 },
    },
  ];
}
