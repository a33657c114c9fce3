import { InvalidArgumentError, type Command } from 'commander';
import type { Instant } from '@trimtab/core';
import { parseHumanDecimal, type Decimal } from '@trimtab/decimal';
import { integerBetween, time } from '../arguments.js';
import { runBacktestCommand } from './backtest.js';
import type { Surroundings } from './feed-program.js';

interface BacktestFlags {
  readonly intent: string;
  readonly prices: string;
  readonly seed: string;
  readonly output?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly volatility?: Decimal;
  readonly spreadBps?: number;
  readonly venueSlippageBps?: number;
  readonly venueFeeBps?: number;
}

/** Makes a command `trimtab backtest`. */
export function addBacktestCommand(
  command: Command,
  { output, finish }: Pick<Surroundings, 'output' | 'finish'>,
): void {
  const bps = integerBetween(0, 10_000);
  command
    .description('play the engine over recorded prices and report what it did and what it cost')
    .requiredOption('--intent <file>', 'the intent as JSON, as the REST routes take it')
    .requiredOption(
      '--prices <file>',
      'CSV with date, time or minute, and close, price or last_usd',
    )
    .option('--seed <seed>', 'what the slippage of the venue is drawn from', 'trimtab')
    .option('--output <folder>', 'write report.json, report.md and chart.svg into this folder')
    .option('--from <time>', 'activate at the first price from here on, RFC 3339 UTC', time)
    .option('--to <time>', 'leave later prices out', time)
    .option('--volatility <decimal>', 'of a year, for the model (engine: 0.8)', volatility)
    .option('--spread-bps <bps>', 'of the market maker around the model (engine: 6)', bps)
    .option('--venue-slippage-bps <bps>', 'most slippage where nobody quotes (5)', bps)
    .option('--venue-fee-bps <bps>', 'fee where nobody quotes (0)', bps)
    .action(async ({ intent, prices, output: folder, ...terms }: BacktestFlags) =>
      finish(await runBacktestCommand({ intent, prices, output: folder }, terms, output())),
    );
}

function volatility(text: string): Decimal {
  const parsed = parseHumanDecimal(text);
  if (parsed.ok && parsed.value.digits > 0n) return parsed.value;
  throw new InvalidArgumentError(`was "${text}", must be a decimal above 0 such as 0.8`);
}
