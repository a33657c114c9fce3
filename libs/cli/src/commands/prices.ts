import { readFileSync, writeFileSync } from 'node:fs';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { instant, type Instant } from '@trimtab/core';
import { createUserClient } from '@trimtab/grpc';
import { systemClock } from '@trimtab/lifecycle';
import { ASSET_DEFAULTS, isAssetId, type Asset } from '@trimtab/oracle/domain';
import { chartOfOracle } from '../chart/chart-of-oracle.js';
import { chartOfRecording } from '../chart/chart-of-recording.js';
import { periodsOf, type PriceChart } from '../chart/price-chart.js';
import { toJson, type Output } from '../output.js';
import { readRecording } from './recording.js';

/** The limits of an asset under which a recording is played. */
export type ChartLimits = Pick<
  Asset,
  | 'maxAgeSeconds'
  | 'heartbeatSeconds'
  | 'deviationBps'
  | 'quorumCount'
  | 'outlierBps'
  | 'breakerBps'
>;

/** Where the prices of a chart come from. */
export type ChartSource =
  | { readonly kind: 'RECORDING'; readonly file: string; readonly limits: Partial<ChartLimits> }
  | {
      readonly kind: 'ORACLE';
      readonly address: string;
      readonly token: string;
      /** Absent: a day before `to`. */
      readonly from: Instant | undefined;
      /** Absent: now. */
      readonly to: Instant | undefined;
      readonly pointCount: number;
    };

const DAY_MILLIS = 86_400_000;

/** Draws the prices of an asset into a file, or onto the output; returns the exit code. */
export async function runPricesChart(
  assetId: string,
  source: ChartSource,
  file: string | undefined,
  output: Output,
): Promise<number> {
  if (!isAssetId(assetId)) throw new Error(`asset was "${assetId}", must be like BTC`);
  const chart =
    source.kind === 'RECORDING' ? ofRecording(assetId, source) : await ofOracle(assetId, source);
  // The library for drawing is loaded by the one command that draws.
  const { renderChart } = await import('../chart/render-chart.js');
  const svg = renderChart(chart);
  if (file === undefined) output.line(output.json ? toJson({ ...about(chart), svg }) : svg);
  else {
    writeFileSync(file, `${svg}\n`);
    const { venues, states } = about(chart);
    const drawn = `${file}: ${venues.length} venues, ${states.map(({ state }) => state).join(', ')}`;
    output.line(output.json ? toJson({ ...about(chart), file }) : drawn);
  }
  return 0;
}

function about(chart: PriceChart) {
  return {
    assetId: chart.assetId,
    venues: chart.venues.map(({ name }) => name),
    states: periodsOf(chart),
  };
}

function ofRecording(
  assetId: string,
  { file, limits }: Extract<ChartSource, { kind: 'RECORDING' }>,
): PriceChart {
  const text = readFileSync(file, 'utf8');
  const ticks = readRecording(text, { name: file, assets: [assetId], publishers: [] });
  if (ticks.length === 0) throw new Error(`${file} has no price of ${assetId}`);
  const asset: Asset = {
    ...ASSET_DEFAULTS,
    ...limits,
    assetId,
    decimals: 0,
    lot: 1n,
    minimumOrder: 0n,
    publishers: [],
    denomination: false,
    version: 1n,
    createTime: instant(0),
    updateTime: instant(0),
  };
  return chartOfRecording(asset, ticks);
}

async function ofOracle(
  assetId: string,
  source: Extract<ChartSource, { kind: 'ORACLE' }>,
): Promise<PriceChart> {
  const { address, token, pointCount } = source;
  const to = source.to ?? systemClock.now();
  const from = source.from ?? instant(to - DAY_MILLIS);
  if (from >= to) throw new Error('the chart must begin before it ends');
  const client = createUserClient({ definition: OracleServiceService, address, token });
  try {
    return await chartOfOracle(client, { assetId, from, to, pointCount });
  } finally {
    client.close();
  }
}
