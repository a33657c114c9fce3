import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntentDraft } from './draft.js';
import { validateIntent } from './validate.js';

const SEED = 20260718;
const facts = { isTimeZone: (name: string) => name.length > 3 };

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const word = fc.oneof(
  fc.constantFrom('treasury', 'yield', 'USDC', 'BTC/USDC', 'standard', 'email', 'LONG', 'EDGE'),
  fc.string({ unit: 'binary' }),
);
const decimal = fc.oneof(
  fc.constantFrom('0.5', '1', '0.01', '100', '1e3', '-0', '0.50', '.5', '9'.repeat(200)),
  fc.string(),
);
const whole = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 365, 10_000, -1, 2_147_483_647));
const draft: fc.Arbitrary<IntentDraft> = fc.record({
  type: maybe(word),
  collateral: maybe(fc.record({ asset: maybe(word), amount: maybe(decimal) })),
  ticker: maybe(word),
  config: maybe(
    fc.record({
      strikeRatio: maybe(decimal),
      maturityDays: maybe(whole),
      rebalanceThreshold: maybe(decimal),
      autoRoll: maybe(fc.boolean()),
      rollStrategy: maybe(word),
    }),
  ),
  constraints: maybe(
    fc.record({
      maxAnnualDriftBps: maybe(whole),
      maxSlippagePerRollBps: maybe(whole),
      maxCapital: maybe(decimal),
      stopLossDriftBps: maybe(whole),
    }),
  ),
  notifications: maybe(
    fc.record({
      onRoll: maybe(fc.boolean()),
      onThresholdBreach: maybe(fc.boolean()),
      onStopLoss: maybe(fc.boolean()),
      channels: fc.array(word),
    }),
  ),
  allocation: maybe(
    fc.oneof(
      fc.constant({ kind: 'unset' as const }),
      fc.constant({ kind: 'index' as const }),
      fc.record({
        kind: fc.constant('targetWeights' as const),
        policyId: word,
        targets: fc.array(
          fc.record({
            assetId: word,
            side: maybe(word),
            weightBps: whole,
            kappa: decimal,
            investible: fc.boolean(),
          }),
        ),
      }),
      fc.record({
        kind: fc.constant('solver' as const),
        policyId: word,
        managerId: word,
        allowedStrategies: fc.array(word),
      }),
    ),
  ),
  triggers: maybe(
    fc.record({
      schedule: maybe(fc.record({ cron: word, timeZone: word })),
      driftBand: maybe(fc.record({ kind: maybe(word), widthBps: whole, goal: maybe(word) })),
      cooldownSeconds: maybe(whole),
      slippageBudget: maybe(fc.record({ budgetBps: whole, windowSeconds: whole })),
    }),
  ),
});

describe('validateIntent over any message', () => {
  it('never throws, and every violation says what was found and what is allowed', () => {
    fc.assert(
      fc.property(draft, (any) => {
        const { valid, errors, warnings, spec } = validateIntent(any, facts);
        expect(valid).toBe(errors.length === 0);
        expect(spec !== undefined).toBe(valid);
        for (const { field, limit, message } of [...errors, ...warnings]) {
          expect(field).not.toBe('');
          expect(limit).not.toBe('');
          expect(message).toContain(limit);
        }
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});
