import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportMarkdown, type BacktestReport } from '@trimtab/engine/backtest';
import {
  backtestFiles,
  backtestJson,
  playBacktest,
  type BacktestRequest,
} from '../backtest/play-backtest.js';
import { table, type Output } from '../output.js';

/** Where a backtest is read from and written to. */
export interface BacktestPlaces {
  readonly intent: string;
  readonly prices: string;
  /** A folder; absent: the report goes to the terminal. */
  readonly output: string | undefined;
}

/** Plays the engine over recorded prices, and writes or prints the report; returns the exit code. */
export async function runBacktestCommand(
  places: BacktestPlaces,
  terms: Omit<BacktestRequest, 'intentText' | 'pricesText'>,
  output: Output,
): Promise<number> {
  const intentText = readFileSync(places.intent, 'utf8');
  const pricesText = readFileSync(places.prices, 'utf8');
  const report = await playBacktest({ ...terms, intentText, pricesText });
  if (places.output !== undefined) {
    mkdirSync(places.output, { recursive: true });
    for (const [name, text] of await backtestFiles(report)) {
      writeFileSync(join(places.output, name), text);
    }
  }
  if (output.json) output.line(backtestJson(report));
  else if (places.output === undefined) output.line(reportMarkdown(report));
  else output.line(summary(report, places.output));
  return 0;
}

function summary({ figures, final }: BacktestReport, folder: string): string {
  const reason = final.reason === '' ? '' : `: ${final.reason}`;
  const rows = [
    ['state', `${final.state}${reason}`],
    ['rolls', `${figures.rollCount} in ${figures.days} days`],
    ['cost a year', `${figures.yearlyCostBps} bps`],
    ['estimated at most', `${figures.estimatedMaxAnnualCostBps} bps`],
    ['drift at the end', `${figures.driftFinalBps} bps`],
    ['written to', folder],
  ];
  return table(['backtest', ''], rows);
}
