import type { Decimal } from '@trimtab/decimal';
import { agentSettings, engineConfig } from '../config.js';
import type { BacktestSettings } from './run-backtest.js';

/** What may differ from the defaults; absent fields keep them. */
export interface BacktestChoices {
  readonly seed: string;
  /** Of a year. */
  readonly volatility?: Decimal | undefined;
  readonly spreadBps?: number | undefined;
  readonly venueSlippageBps?: number | undefined;
  readonly venueFeeBps?: number | undefined;
}

const HOUR_MILLIS = 3_600_000;
/** Between recorded prices nothing changes but the time: agents look a few times a day. */
const LOOK_MILLIS = 6 * HOUR_MILLIS;
/** The most that the paper venue of the suite slips by default. */
const SLIPPAGE_BPS = 5;
/** Two years of minutes stay far below. */
const MAX_TICKS = 20_000_000;

/**
 * The figures of a backtest: those of the engine's default configuration, but for the intervals at which
 * its agents look without being woken.
 */
export function backtestSettings(choices: BacktestChoices): BacktestSettings {
  const config = engineConfig({});
  const agents = agentSettings(config);
  const { seed, volatility, spreadBps = agents.spreadBps } = choices;
  return {
    agents: {
      ...agents,
      volatilities: volatility === undefined ? agents.volatilities : new Map([['*', volatility]]),
      spreadBps,
      oracleIntervalMillis: LOOK_MILLIS,
      driftIntervalMillis: LOOK_MILLIS,
      monitorIntervalMillis: 4 * LOOK_MILLIS,
      idleMillis: 4 * LOOK_MILLIS,
    },
    venue: {
      seed,
      maxSlippageBps: choices.venueSlippageBps ?? SLIPPAGE_BPS,
      feeBps: choices.venueFeeBps ?? 0,
    },
    backoff: {
      firstMillis: config.FIRST_BACKOFF_MILLIS,
      maxMillis: config.MAX_BACKOFF_MILLIS,
    },
    maxTicks: MAX_TICKS,
  };
}
