import { describe, expect, it } from 'vitest';
import { contentHash, TAGS } from '@trimtab/canonical';
import { ExposureDirection, OrderDispatch } from '@trimtab/contracts/execution';
import { Side } from '@trimtab/contracts/portfolio';
import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { parseDispatch } from './parse-dispatch.js';

const orderId = contentHash(TAGS.orderId, { rebalanceId: 'r-1', index: 3, attempt: 1 });

/** A sell of 2 for at least 99. */
const dispatch = (changes: Partial<OrderDispatch> = {}): OrderDispatch => ({
  orderId,
  rebalanceId: 'r-1',
  vaultId: 'v-1',
  h0: 'a'.repeat(64),
  index: 3,
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
  referencePriceDecimal: '50.5',
  slippageLimitBps: 50,
  expireTime: new Date(1_000),
  releasesCash: true,
  ...changes,
});
const parse = (changes: Partial<OrderDispatch> = {}) =>
  parseDispatch(OrderDispatch.encode(dispatch(changes)).finish());
const underlyingIn = (value: string) => ({ $case: 'underlyingIn', value }) as const;
const INCREASE = ExposureDirection.EXPOSURE_DIRECTION_INCREASE;
const NONE = ExposureDirection.EXPOSURE_DIRECTION_NONE;

describe('parseDispatch', () => {
  it('reads every field of a sell', () => {
    expect(parse()).toEqual({
      ok: true,
      value: {
        orderId,
        rebalanceId: 'r-1',
        vaultId: 'v-1',
        h0: 'a'.repeat(64),
        index: 3,
        planHash: 'b'.repeat(64),
        txBundleHash: 'c'.repeat(64),
        snapshotHash: 'd'.repeat(64),
        assetId: 'WBTC',
        side: 'LONG',
        direction: 'DECREASE',
        releasesCash: true,
        amount: 100n,
        exactIn: { kind: 'QUANTITY', quantity: 2n },
        minimumOut: 99n,
        collateralDelta: 0n,
        referencePrice: decimalOf(505n, 1),
        slippageLimitBps: 50,
        expireTime: instant(1_000),
      },
    });
  });

  it('reads a buy, a short without quantity, explicit actions and an order that never expires', () => {
    expect(parse({ direction: INCREASE, exactIn: underlyingIn('100') })).toMatchObject({
      value: { direction: 'INCREASE', exactIn: { kind: 'UNDERLYING', underlying: 100n } },
    });
    const short = { side: Side.SIDE_SHORT, exactIn: undefined, collateralDelta: '-5' };
    expect(parse({ ...short, direction: NONE })).toMatchObject({
      value: { side: 'SHORT', direction: 'NONE', exactIn: undefined, collateralDelta: -5n },
    });
    expect(parse({ planHash: '', txBundleHash: '', expireTime: undefined })).toMatchObject({
      value: { planHash: '', txBundleHash: '', expireTime: undefined },
    });
  });

  it.each<[string, Partial<OrderDispatch>]>([
    ['order_id', { orderId: 'x' }],
    ['order_id', { index: 4 }],
    ['order_id', { rebalanceId: 'r-2' }],
    ['rebalance_id', { rebalanceId: '' }],
    ['vault_id', { vaultId: '' }],
    ['asset_id', { assetId: '' }],
    ['h0', { h0: '' }],
    ['h0', { h0: 'A'.repeat(64) }],
    ['snapshot_hash', { snapshotHash: 'd'.repeat(63) }],
    ['index', { index: -1 }],
    ['side', { side: Side.SIDE_UNSPECIFIED }],
    ['direction', { direction: ExposureDirection.EXPOSURE_DIRECTION_UNSPECIFIED }],
    ['direction', { direction: NONE }],
    ['amount', { amount: '' }],
    ['amount', { amount: '-1' }],
    ['amount', { amount: '1.5' }],
    ['amount', { amount: '0100' }],
    ['exact_in', { exactIn: undefined }],
    ['exact_in', { direction: INCREASE }],
    ['exact_in', { exactIn: underlyingIn('100') }],
    ['quantity_in', { exactIn: { $case: 'quantityIn', value: '-2' } }],
    ['quantity_in', { exactIn: { $case: 'quantityIn', value: 'two' } }],
    ['underlying_in', { direction: INCREASE, exactIn: underlyingIn('101') }],
    ['minimum_out', { minimumOut: '-1' }],
    ['collateral_delta', { collateralDelta: '1' }],
    ['reference_price_decimal', { referencePriceDecimal: '0' }],
    ['reference_price_decimal', { referencePriceDecimal: '-1' }],
    ['reference_price_decimal', { referencePriceDecimal: '1.50' }],
    ['slippage_limit_bps', { slippageLimitBps: -1 }],
    ['slippage_limit_bps', { slippageLimitBps: 10_001 }],
    ['expire_time', { expireTime: new Date(253_402_300_800_000) }],
  ])('names %s when the dispatch has %o', (field, changes) => {
    const parsed = parse(changes);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error).toMatch(new RegExp(`(^|; )${field} `));
  });

  it('names all bad fields at once', () => {
    const parsed = parse({ amount: 'x', minimumOut: 'y', vaultId: '' });
    expect(parsed.ok ? '' : parsed.error).toMatch(/vault_id .*; amount .*; minimum_out /);
  });

  it('refuses bytes that are no dispatch', () => {
    expect(parseDispatch(new Uint8Array([0xff, 0xff, 0xff]))).toEqual({
      ok: false,
      error: 'the payload is not an OrderDispatch',
    });
    expect(parseDispatch(new Uint8Array()).ok).toBe(false);
  });
});
