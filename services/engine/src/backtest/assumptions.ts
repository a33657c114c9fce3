import { formatDecimal } from '@trimtab/decimal';
import type { BacktestInput } from './run-backtest.js';

const SECOND_MILLIS = 1_000;

/** What a backtest takes for granted, one sentence each. */
export function assumptionsOf({ prices, settings }: BacktestInput): readonly string[] {
  const { agents, venue } = settings;
  const volatilities = [...agents.volatilities]
    .map(([base, volatility]) => `${base} ${formatDecimal(volatility)}`)
    .join(', ');
  const gap = prices.reduce((longest, { time }, place) => {
    const before = prices[place - 1]?.time ?? time;
    return Math.max(longest, time - before);
  }, 0);
  return [
    'The scheduler, the agents and every rule of the option index are those of the engine; intents, oracle, vault and venue are in memory.',
    `A recorded price stands, and counts as healthy, until the next one (at most ${seconds(gap)} s in this recording): the price is never STALE and never without quorum, and nothing is known between two prices.`,
    'A daily price is the close of its day and is published at 00:00 UTC of the next day: nobody knows it earlier. A series settles by the last price before 08:00 UTC of its day of maturity.',
    `Halves are priced by the model with the volatility of a year of ${volatilities}, at the moment of each look; there is no other market for them.`,
    `A market maker, where the plan of agents has one, quotes the model with a spread of ${agents.spreadBps} bps at any size; without a fresh quote the venue fills at the model, worse by a slippage of 0 to ${venue.maxSlippageBps} bps that is drawn from the seed and the order, and takes a fee of ${venue.feeBps} bps.`,
    'Orders fill at once and whole, or not at all when they would pass the slippage limit: no partial fills, no outage, no queue.',
    `Agents look at the price at every recorded price and at drift every ${seconds(agents.driftIntervalMillis)} s; oracle agent every ${seconds(agents.oracleIntervalMillis)} s, monitor every ${seconds(agents.monitorIntervalMillis)} s, pool and swap taker every ${seconds(agents.idleMillis)} s when nobody asks.`,
    'Quotes and orders take seconds: a purchase that a price starts is made a second or more after it, at that price. The backtest goes on for a minute after the last price.',
    'The owner does nothing after the activation.',
    'The yearly cost is the sum of the costs of all rolls times 365 days over the period from the activation to the end, half up; the opening and the final sale are no rolls and are in the value per unit only.',
  ];
}

function seconds(millis: number): number {
  return Math.floor(millis / SECOND_MILLIS);
}
