import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instant } from '@trimtab/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { runPricesChart } from '../commands/prices.js';
import { periodsOf, type ChartState, type PriceChart } from './price-chart.js';
import { renderChart } from './render-chart.js';

/**
 * The picture of the README is written again by
 * `TRIMTAB_WRITE_GOLDEN=1 npx vitest run libs/cli/src/chart`; look at it.
 */
const PICTURE = new URL('../../../../docs/btc-usd-2022-12-13.svg', import.meta.url);
const DAY = new URL(
  '../../../../test/fixtures/prices/btc-usd-5-venues-2022-12-13.csv',
  import.meta.url,
);
const VENUES = [
  'binance-spot-btcbusd',
  'bybit-spot-btcusdt',
  'binance-perp-btcusd',
  'bybit-perp-btcusd',
  'bybit-perp-btcusdt',
];

const SILENCED: ReadonlySet<string> = new Set(['bybit-perp-btcusd', 'bybit-perp-btcusdt']);

/** Draws the recorded day as the command does. */
async function drawDay(quorumCount: number): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'trimtab-chart-')), 'day.svg');
  const limits = { quorumCount, maxAgeSeconds: 90, heartbeatSeconds: 300 };
  const source = { kind: 'RECORDING', file: fileURLToPath(DAY), limits } as const;
  await runPricesChart('BTC', source, file, { json: false, line: () => undefined });
  return readFileSync(file, 'utf8');
}

/** The texts of a drawing. Fails when an element is not closed where it must be. */
function textsOf(svg: string): readonly string[] {
  const open: string[] = [];
  const texts: string[] = [];
  for (const [, closing, name = '', end, text = ''] of svg.matchAll(
    /<(\/?)([a-zA-Z]+)[^<>]*?(\/?)>([^<]*)/g,
  )) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (end !== '/') open.push(name);
    if (name === 'text' && closing !== '/') texts.push(text.trim());
  }
  expect(open).toEqual([]);
  return texts;
}

/** The corners of each line or area inside the axes that is drawn with an attribute. */
function linesOf(svg: string, attribute: string): readonly (readonly [number, number])[][] {
  const drawn = svg.match(/<g clip-path[^>]*>[^]*?<\/g>/g)?.join('') ?? '';
  return [...drawn.matchAll(/<path d="([^"]*)"[^>]*>/g)]
    .filter(([element]) => element.includes(attribute))
    .map(([, path = '']) =>
      [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(
        ([, x = '', y = '']) => [parseFloat(x), parseFloat(y)] as const,
      ),
    );
}

describe('the chart of the recorded day', () => {
  let svg = '';
  beforeAll(async () => {
    svg = await drawDay(4);
    if (process.env['TRIMTAB_WRITE_GOLDEN'] === '1') writeFileSync(PICTURE, svg);
  });

  it('is the picture of the README, byte for byte, also when drawn again', async () => {
    expect(svg).toBe(readFileSync(PICTURE, 'utf8'));
    expect(await drawDay(4)).toBe(svg);
  });

  it('is well-formed and names every venue, the price, its confidence and the lost quorum', () => {
    expect(svg.startsWith('<svg ')).toBe(true);
    const texts = textsOf(svg);
    expect(texts).toEqual(expect.arrayContaining([...VENUES, 'published price', 'confidence']));
    expect(texts).toContain('NO_QUORUM');
    expect(texts).toContain('BTC, 2022-12-13 00:00 to 2022-12-13 23:59 UTC');
  });

  it('draws five venues, of which two end at noon, and no price without a quorum', () => {
    const colours = ['#e69f00', '#56b4e9', '#009e73', '#cc79a7', '#d55e00'];
    const ends = colours.map((colour) => linesOf(svg, `stroke="${colour}"`)[0]?.at(-1)?.[0] ?? 0);
    const midnight = Math.max(...ends);
    // 12:00 is 720 of the 1439 minutes that are shown.
    const noon = 70 + ((midnight - 70) * 720) / 1439;
    const expected = [...VENUES].sort().map((venue) => (SILENCED.has(venue) ? noon : midnight));
    ends.forEach((end, index) => {
      expect(Math.abs(end - (expected[index] ?? 0))).toBeLessThan(0.1);
    });
    const prices = linesOf(svg, 'stroke="#111111"').flat();
    const last = Math.max(...prices.map(([x]) => x));
    // To 12:01:30.001, when the last word of the two has expired.
    expect(Math.abs(last - (70 + ((midnight - 70) * 721.5) / 1439))).toBeLessThan(0.1);
  });

  it('marks no state when a quorum of three keeps its price', async () => {
    const texts = textsOf(await drawDay(3));
    expect(texts).toEqual(expect.arrayContaining(VENUES));
    expect(texts.filter((text) => /STALE|NO_QUORUM|HALTED/.test(text))).toEqual([]);
  });

  it('fetches nothing and runs nothing', () => {
    expect(svg).not.toMatch(/<script|href=|url\((?!#)|https?:\/\/(?!www\.w3\.org)/);
  });
});

describe('a chart', () => {
  const chart = (...states: readonly ChartState[]): PriceChart => ({
    assetId: 'BTC',
    from: instant(0),
    to: instant(states.length * 60_000),
    venues: [],
    standings: states.map((state, minute) => ({
      time: instant(minute * 60_000),
      state,
      price: `10${minute}`,
      confidence: '1',
    })),
  });

  it('marks each state that is not HEALTHY where it was', () => {
    const data = chart('HEALTHY', 'STALE', 'STALE', 'HEALTHY', 'HALTED', 'NO_QUORUM');
    expect(periodsOf(data)).toEqual([
      { state: 'HEALTHY', from: 0, to: 60_000 },
      { state: 'STALE', from: 60_000, to: 180_000 },
      { state: 'HEALTHY', from: 180_000, to: 240_000 },
      { state: 'HALTED', from: 240_000, to: 300_000 },
      { state: 'NO_QUORUM', from: 300_000, to: 360_000 },
    ]);
    const texts = textsOf(renderChart(data));
    expect(texts).toEqual(expect.arrayContaining(['STALE', 'HALTED', 'NO_QUORUM']));
  });

  it('draws each venue where it was, the price between them and the band from end to end of its confidence', () => {
    const at = (seconds: number) => instant(seconds * 1000);
    const svg = renderChart({
      assetId: 'BTC',
      from: at(0),
      to: at(100),
      venues: [
        // Each venue is also the ruler of what is drawn at its price; the low one falls silent half-way.
        {
          name: 'low',
          points: [
            { time: at(0), price: '90' },
            { time: at(50), price: '90' },
          ],
        },
        {
          name: 'high',
          points: [
            { time: at(0), price: '110' },
            { time: at(100), price: '110' },
          ],
        },
      ],
      standings: [
        { time: at(0), state: 'HEALTHY', price: '100', confidence: '10' },
        { time: at(50), state: 'HEALTHY', price: '105', confidence: '5' },
      ],
    });
    const [low, high] = [linesOf(svg, 'stroke="#e69f00"')[0], linesOf(svg, 'stroke="#56b4e9"')[0]];
    const [left, right] = [high?.at(0)?.[0] ?? 0, high?.at(-1)?.[0] ?? 0];
    const [top, bottom] = [high?.at(0)?.[1] ?? 0, low?.at(0)?.[1] ?? 0];
    const middle = (left + right) / 2;
    expect([left < middle, top < bottom]).toEqual([true, true]);
    expect(high).toEqual([
      [left, top],
      [right, top],
    ]);
    expect(low).toEqual([
      [left, bottom],
      [middle, bottom],
    ]);
    // A price of 100 is half-way between 90 and 110, one of 105 three quarters.
    const half = (top + bottom) / 2;
    // Coordinates are written with one digit.
    const threeQuarters = Math.round((top + (bottom - top) / 4) * 10) / 10;
    expect(linesOf(svg, 'stroke="#111111"')).toEqual([
      [
        [left, half],
        [middle, half],
        [middle, threeQuarters],
        [right, threeQuarters],
      ],
    ]);
    // 100 ± 10 is from 90 to 110, 105 ± 5 from 100 to 110: along the upper end and back along the lower.
    expect(linesOf(svg, 'fill="#3b6fd4" fill-opacity="0.35"')).toEqual([
      [
        [left, top],
        [middle, top],
        [right, top],
        [right, half],
        [middle, half],
        [middle, bottom],
        [left, bottom],
      ],
    ]);
  });

  it('can be drawn of nothing', () => {
    expect(textsOf(renderChart({ ...chart(), to: instant(60_000) }))).toContain('published price');
  });

  it('escapes the names of venues', () => {
    const name = '<script>alert(1)</script>&"';
    const points = [{ time: instant(0), price: '1' }];
    const svg = renderChart({ ...chart('HEALTHY'), venues: [{ name, points }] });
    expect(svg).not.toContain('<script');
    textsOf(svg);
  });
});
