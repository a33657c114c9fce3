import { addMillis } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { IntentSpec } from '@trimtab/strategy';
import { createAgents } from '../application/create-agents.js';
import { backtestSettings, type BacktestChoices } from './backtest-settings.js';
import {
  runBacktest,
  type BacktestInput,
  type BacktestOutcome,
  type OwnerFlow,
} from './run-backtest.js';
import { DAY_MILLIS, START } from './world.fixture.js';

/** Terms of a backtest of a test: one price a day from START on. */
export interface Played {
  readonly spec: IntentSpec;
  readonly prices: readonly Decimal[];
  readonly flows?: readonly OwnerFlow[];
  readonly choices?: Partial<BacktestChoices>;
}

export function inputOf({ spec, prices, flows = [], choices = {} }: Played): BacktestInput {
  return {
    spec,
    prices: prices.map((price, day) => ({ time: addMillis(START, day * DAY_MILLIS), price })),
    flows,
    settings: backtestSettings({ seed: 'test', ...choices }),
    createAgents,
  };
}

export function play(played: Played): Promise<BacktestOutcome> {
  return runBacktest(inputOf(played));
}
