import { readFileSync } from 'node:fs';
import type { BacktestReport } from '@trimtab/engine/backtest';
import { playBacktest, type BacktestRequest } from '@trimtab/cli/backtest';

/** The templates, each with 100 000 USDC over two years of daily BTC. */
export const TEMPLATES = ['treasury', 'hedge', 'leverage', 'yield', 'custom'] as const;
/** One of them. */
export type TemplateName = (typeof TEMPLATES)[number];

const PRICES = new URL('../../fixtures/prices/btc-usd-daily-2016-2017.csv', import.meta.url);

/** What a golden backtest is played from. */
export function requestOf(template: TemplateName, seed = 'trimtab'): BacktestRequest {
  const intent = new URL(`./${template}/intent.json`, import.meta.url);
  return {
    intentText: readFileSync(intent, 'utf8'),
    pricesText: readFileSync(PRICES, 'utf8'),
    seed,
  };
}

/** Plays a golden backtest. */
export function playTemplate(template: TemplateName, seed?: string): Promise<BacktestReport> {
  return playBacktest(requestOf(template, seed));
}
