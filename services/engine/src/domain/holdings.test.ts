import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdingsAfter, holdingsBefore, longQuantity, NO_HOLDINGS } from './holdings.js';
import { at, holding, long, short } from './values.fixture.js';
import type { LedgerLine } from './vault.js';

function line(change: Partial<LedgerLine>): LedgerLine {
  return {
    sequence: 1,
    transactionId: 't-1',
    kind: 'FILL',
    account: 'CASH',
    assetId: 'USDC',
    side: 'LONG',
    positionAssetId: '',
    amount: 0n,
    bookTime: at('2026-07-02T00:00:00Z'),
    ...change,
  };
}

describe('holdings along a ledger', () => {
  it('take cash and positions from their own accounts and nothing from the contra accounts', () => {
    const after = holdingsAfter(NO_HOLDINGS, [
      line({ amount: 500n }),
      line({ account: 'OWNER', amount: -500n }),
      line({ account: 'POSITION', assetId: 'WBTC', amount: 3n }),
      line({ account: 'VENUE', assetId: 'WBTC', amount: -3n }),
    ]);
    expect(after).toEqual(holding(500n, long('WBTC', 3n)));
    expect([longQuantity(after, 'WBTC'), longQuantity(after, 'WETH')]).toEqual([3n, 0n]);
  });

  it('count what is owed up from lines below 0, with its collateral', () => {
    const lines = [
      line({ account: 'POSITION', assetId: 'WETH', side: 'SHORT', amount: -7n }),
      line({ account: 'COLLATERAL', side: 'SHORT', positionAssetId: 'WETH', amount: 90n }),
    ];
    expect(holdingsAfter(NO_HOLDINGS, lines)).toEqual(holding(0n, short('WETH', 7n, 90n)));
  });

  it('drop a position that is gone, and keep the long and the short of an asset apart', () => {
    const before = holding(0n, long('WETH', 2n), short('WETH', 5n, 50n));
    const sold = line({ account: 'POSITION', assetId: 'WETH', amount: -2n });
    expect(holdingsAfter(before, [sold])).toEqual(holding(0n, short('WETH', 5n, 50n)));
  });

  it('are the same again when what was booked is taken back', () => {
    const lines = fc.array(
      fc.record({
        account: fc.constantFrom('CASH' as const, 'POSITION' as const, 'COLLATERAL' as const),
        assetId: fc.constantFrom('WBTC', 'WETH'),
        side: fc.constantFrom('LONG' as const, 'SHORT' as const),
        amount: fc.bigInt(-1_000n, 1_000n),
      }),
    );
    fc.assert(
      fc.property(lines, (changes) => {
        const booked = changes.map((change) =>
          line({ ...change, positionAssetId: change.assetId }),
        );
        const before = holding(9n, long('WBTC', 4n), short('WETH', 2n, 8n));
        expect(holdingsBefore(holdingsAfter(before, booked), booked)).toEqual(before);
      }),
      { seed: 20260718, numRuns: 500 },
    );
  });
});
