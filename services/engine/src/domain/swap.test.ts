import { NO_TRIGGERS, TEMPLATES, type Allocation, type IntentSpec } from '@trimtab/strategy';
import { present } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { hasRawCollateral } from './swap.js';
import { holding, long, short } from './values.fixture.js';

const { type, config, constraints, notifications } = present(TEMPLATES[0], 'there are templates');
const TERMS = { lot: 10n, minimumOrder: 100n };
const INDEX: Allocation = { kind: 'index' };

function specOf(asset: 'USDC' | 'WBTC', allocation: Allocation = INDEX): IntentSpec {
  const collateral = { asset, amount: '1' };
  const terms = { type, config, constraints, notifications };
  return { ...terms, collateral, ticker: 'BTC/USDC', allocation, triggers: NO_TRIGGERS };
}

const weights = (assetId: string, side: 'LONG' | 'SHORT' = 'LONG'): Allocation => ({
  kind: 'targetWeights',
  targets: [{ assetId, side, weightBps: 5_000, kappa: undefined, investible: true }],
  policyId: undefined,
});

describe('raw collateral', () => {
  it.each([
    [99n, false],
    [100n, true],
  ])('of %i waits to be swapped from the least order on: %s', (quantity, waits) => {
    expect(hasRawCollateral(specOf('WBTC'), holding(0n, long('WBTC', quantity)), TERMS)).toBe(
      waits,
    );
  });

  it('is at least a lot', () => {
    const terms = { lot: 1_000n, minimumOrder: 0n };
    expect(hasRawCollateral(specOf('WBTC'), holding(0n, long('WBTC', 999n)), terms)).toBe(false);
    expect(hasRawCollateral(specOf('WBTC'), holding(0n), { lot: 0n, minimumOrder: 0n })).toBe(
      false,
    );
  });

  it('is none where the collateral is the underlying', () => {
    expect(hasRawCollateral(specOf('USDC'), holding(500n), TERMS)).toBe(false);
  });

  it('stays where the allocation has a place for it, also under its ticker', () => {
    const vault = holding(0n, long('WBTC', 500n));
    for (const name of ['WBTC', 'BTC']) {
      expect(hasRawCollateral(specOf('WBTC', weights(name)), vault, TERMS)).toBe(false);
    }
    expect(hasRawCollateral(specOf('WBTC', weights('WETH')), vault, TERMS)).toBe(true);
    expect(hasRawCollateral(specOf('WBTC', weights('WBTC', 'SHORT')), vault, TERMS)).toBe(true);
  });

  it('is what is owned, not what is owed', () => {
    expect(hasRawCollateral(specOf('WBTC'), holding(0n, short('WBTC', 500n, 900n)), TERMS)).toBe(
      false,
    );
  });
});
