import { parseInstant, present, type Instant } from '@trimtab/core';
import { parseDecimal, type Decimal } from '@trimtab/decimal';
import { createVirtualClock, type VirtualClock } from '@trimtab/lifecycle';
import { NO_TRIGGERS, templateOf, type IntentSpec, type StrategyType } from '@trimtab/strategy';
import type { Work } from '../domain/work.js';
import type { VenueModel } from './fill-order.js';
import { createWorld, type World } from './world.js';

export const START = at('2020-01-01T00:00:00Z');
export const DAY_MILLIS = 86_400_000;

export function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

export function dec(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** An intent of a template over BTC with 10 000 USDC. */
export function specOf(type: StrategyType, change: Partial<IntentSpec> = {}): IntentSpec {
  const { config, constraints, notifications } = present(templateOf(type), type);
  return {
    type,
    collateral: { asset: 'USDC', amount: '10000' },
    ticker: 'BTC/USDC',
    config,
    constraints,
    notifications,
    allocation: { kind: 'index' },
    triggers: NO_TRIGGERS,
    ...change,
  };
}

/** No slippage and no fee, unless a test asks for them. */
export const PLAIN_VENUE: VenueModel = { seed: 'test', maxSlippageBps: 0, feeBps: 0 };

/** A world at a price of 10 000 with its collateral in the vault. */
export function startWorld(
  options: { readonly spec?: IntentSpec; readonly venue?: VenueModel } = {},
): World & { readonly clock: VirtualClock } {
  const { spec = specOf('treasury'), venue = PLAIN_VENUE } = options;
  const clock = createVirtualClock(START);
  const settings = { quoteMaxAgeMillis: 10_000, settlementDelayMillis: 3_600_000 };
  const intentId = 'intent-1';
  const world = createWorld({ intentId, spec, clock, venue, settings, maxTicksAtOnce: 100 });
  world.oracle.play(dec('10000'));
  world.vault.deposit('USDC', 10_000_000_000n);
  return { ...world, clock };
}

/** The work of a kind that is due now, leased. */
export async function claimOne(world: World, kind: Work['kind']): Promise<Work> {
  const { intents } = world.ports;
  const [work] = await intents.claim({
    engineId: 'engine',
    kinds: [kind],
    limit: 1,
    leaseSeconds: 30,
  });
  return present(work, `${kind} is due`);
}
