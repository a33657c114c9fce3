import { contentHash, TAGS } from '@trimtab/canonical';
import { ExposureDirection, OrderDispatch } from '@trimtab/contracts/execution';
import { Side } from '@trimtab/contracts/portfolio';
import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { everyChange } from '@trimtab/testkit';
import { describe, expect, it } from 'vitest';
import { checkExactTerms } from '../../domain/check-exact-terms.js';
import {
  checkAgainstRebalance,
  type ActionView,
  type RebalanceView,
} from '../../domain/revalidate.js';
import { parseDispatch } from './parse-dispatch.js';

const rebalanceId = 'rebalance-1';
const price = decimalOf(50n, 0);

/** A sell of 2 units at 50, for at least 99 of the underlying. */
const dispatch: OrderDispatch = {
  orderId: contentHash(TAGS.orderId, { rebalanceId, index: 0, attempt: 1 }),
  rebalanceId,
  vaultId: 'vault-1',
  h0: 'a'.repeat(64),
  index: 0,
  planHash: 'b'.repeat(64),
  txBundleHash: 'c'.repeat(64),
  snapshotHash: 'd'.repeat(64),
  assetId: 'WBTC',
  side: Side.SIDE_LONG,
  direction: ExposureDirection.EXPOSURE_DIRECTION_DECREASE,
  amount: '100',
  exactIn: { $case: 'quantityIn', value: '2' },
  minimumOut: '99',
  collateralDelta: '0',
  referencePriceDecimal: '50',
  slippageLimitBps: 50,
  expireTime: new Date(1_000),
  releasesCash: true,
};

const action: ActionView = {
  assetId: 'WBTC',
  side: 'LONG',
  releasesCash: true,
  cap: 100n,
  deltaExposure: -100n,
  deltaCollateral: 0n,
  referencePrice: price,
};

/** What OrderGen holds of the same rebalance. */
const rebalance: RebalanceView = {
  rebalanceId,
  vaultId: 'vault-1',
  h0: 'a'.repeat(64),
  snapshotHash: 'd'.repeat(64),
  planHash: 'b'.repeat(64),
  txBundleHash: 'c'.repeat(64),
  slippageLimitBps: 50,
  expireTime: instant(1_000),
  actions: [action],
};

/** The reason for which a dispatch is not executed: it breaks the contract, or is not the plan's. */
function refusalOf(message: OrderDispatch): string {
  const parsed = parseDispatch(OrderDispatch.encode(message).finish());
  if (!parsed.ok) return 'MALFORMED';
  const refusal =
    checkAgainstRebalance(parsed.value, rebalance) ??
    checkExactTerms(parsed.value, {
      action,
      balance: { cash: 0n, quantity: 2n, collateral: 0n },
      reference: { price, assetDecimals: 0, underlyingDecimals: 0 },
      lot: 1n,
    });
  return refusal?.reason ?? 'executed';
}

/** What may differ without a refusal, and why. */
const HARMLESS: Readonly<Record<string, string>> = {
  minimum_out: 'a higher minimum protects the vault more; a lower one is refused below',
  releases_cash: 'of a long the direction says it',
};
const EXPECTED: Readonly<Record<string, string>> = {
  order_id: 'MALFORMED',
  rebalance_id: 'MALFORMED',
  index: 'MALFORMED',
  direction: 'MALFORMED',
  underlying_in: 'MALFORMED',
  collateral_delta: 'MALFORMED',
  tx_bundle_hash: 'BUNDLE_HASH_MISMATCH',
  ...Object.fromEntries(Object.keys(HARMLESS).map((field) => [field, 'executed'])),
};

describe('a dispatch of which one field was changed', () => {
  const changes = everyChange('trimtab.execution.v1.OrderDispatch', dispatch);

  it('is executed as it was sent', () => {
    expect(refusalOf(dispatch)).toBe('executed');
  });

  it.each(changes)('is not that of the approved plan: $field', ({ field, changed }) => {
    expect(refusalOf(changed)).toBe(EXPECTED[field] ?? 'PLAN_HASH_MISMATCH');
  });

  it('is refused for a lower minimum, and with another id for another rebalance and index', () => {
    expect(refusalOf({ ...dispatch, minimumOut: '98' })).toBe('PLAN_HASH_MISMATCH');
    const sealed = (changed: OrderDispatch): OrderDispatch => {
      const { rebalanceId: id, index } = changed;
      const orderId = contentHash(TAGS.orderId, { rebalanceId: id, index, attempt: 1 });
      return { ...changed, orderId };
    };
    expect(refusalOf(sealed({ ...dispatch, rebalanceId: 'other' }))).toBe('PLAN_HASH_MISMATCH');
    expect(refusalOf(sealed({ ...dispatch, index: 1 }))).toBe('PLAN_HASH_MISMATCH');
  });
});
