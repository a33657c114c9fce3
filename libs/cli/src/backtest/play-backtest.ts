import { canonicalJson } from '@trimtab/canonical';
import {
  domainError,
  formatInstant,
  refuse,
  type DomainError,
  type Instant,
  type Result,
} from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import {
  backtestSettings,
  createAgents,
  reportMarkdown,
  reportOf,
  runBacktest,
  type BacktestReport,
  type RecordedPrice,
} from '@trimtab/engine/backtest';
import type { IntentSpec, Violation } from '@trimtab/strategy';
import { readIntentFile } from './intent-file.js';
import { parsePriceFile } from './price-file.js';

/** What a backtest is played from. */
export interface BacktestRequest {
  readonly intentText: string;
  readonly pricesText: string;
  readonly seed: string;
  /** The intent is activated at the first price from this time on; absent: at the first price. */
  readonly from?: Instant | undefined;
  /** Later prices are left out. */
  readonly to?: Instant | undefined;
  /** Of a year; absent: the engine's default. */
  readonly volatility?: Decimal | undefined;
  readonly spreadBps?: number | undefined;
  readonly venueSlippageBps?: number | undefined;
  readonly venueFeeBps?: number | undefined;
}

/**
 * Plays a backtest and reports it.
 *
 * @throws DomainFailure INTENT_INVALID with every violation and its path; Error for prices, with the line
 */
export async function playBacktest(request: BacktestRequest): Promise<BacktestReport> {
  const spec = intentOf(readIntentFile(request.intentText));
  const prices = pricesOf(request, spec);
  const { seed, volatility, spreadBps, venueSlippageBps, venueFeeBps } = request;
  const settings = backtestSettings({
    seed,
    volatility,
    spreadBps,
    venueSlippageBps,
    venueFeeBps,
  });
  const input = { spec, prices, flows: [], settings, createAgents };
  return reportOf(input, await runBacktest(input));
}

/** The files of a report, by name: the same bytes for the same report. */
export async function backtestFiles(report: BacktestReport): Promise<ReadonlyMap<string, string>> {
  // The library for drawing is loaded by what draws.
  const { renderBacktest } = await import('../chart/render-backtest.js');
  return new Map([
    ['report.json', `${backtestJson(report)}\n`],
    ['report.md', reportMarkdown(report)],
    ['chart.svg', `${renderBacktest(report)}\n`],
  ]);
}

/** The canonical JSON of a report. */
export function backtestJson(report: BacktestReport): string {
  const document: Plain<BacktestReport> = report;
  return canonicalJson(document);
}

/** The same fields as an anonymous type, which may stand for any document. */
type Plain<T> = { readonly [K in keyof T]: T[K] extends object ? Plain<T[K]> : T[K] };

function intentOf(read: Result<IntentSpec, readonly Violation[]>): IntentSpec {
  if (read.ok) return read.value;
  const count = read.error.length;
  const text = read.error.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
  const message = `the intent has ${count} ${count === 1 ? 'error' : 'errors'}: ${text}`;
  const violations = read.error.map(({ field, message: found }) => ({
    field,
    reason: 'FIELD_INVALID',
    message: found,
  }));
  const error = domainError('INVALID_ARGUMENT', 'INTENT_INVALID', message);
  return refuse({ ...error, violations } satisfies DomainError);
}

function pricesOf(
  { pricesText, from, to }: BacktestRequest,
  { ticker }: IntentSpec,
): readonly RecordedPrice[] {
  const base = ticker.split('/')[0] ?? '';
  const read = parsePriceFile(pricesText, base);
  if (!read.ok) return pricesInvalid(read.error);
  const inTime = read.value.filter(
    ({ time }) => (from === undefined || time >= from) && (to === undefined || time <= to),
  );
  if (inTime.length > 0) return inTime;
  const [first, last] = [read.value[0], read.value.at(-1)];
  const found = `${textOf(first?.time)} to ${textOf(last?.time)}`;
  return pricesInvalid(
    `they are of ${found}, must have one from ${textOf(from)} to ${textOf(to)}, for the activation`,
  );
}

function textOf(time: Instant | undefined): string {
  return time === undefined ? 'any time' : formatInstant(time);
}

function pricesInvalid(message: string): never {
  throw new Error(`the prices cannot be played: ${message}`);
}
