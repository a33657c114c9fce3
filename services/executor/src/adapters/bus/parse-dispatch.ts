import { contentHash, TAGS } from '@trimtab/canonical';
import { ExposureDirection, OrderDispatch } from '@trimtab/contracts/execution';
import { Side } from '@trimtab/contracts/portfolio';
import { err, instant, ok, type Result } from '@trimtab/core';
import { BPS_WHOLE, parseDecimal, parseInteger } from '@trimtab/decimal';
import type { ExactIn, Order } from '../../domain/order.js';

const HASH = /^[0-9a-f]{64}$/;
/** One order per action in v1. */
const ATTEMPT = 1;
/** 0000-01-01 to 9999-12-31, what an instant can be. */
const MIN_TIME_MS = -62_167_219_200_000;
const MAX_TIME_MS = 253_402_300_799_999;

const SIDES: ReadonlyMap<Side, Order['side']> = new Map([
  [Side.SIDE_LONG, 'LONG'],
  [Side.SIDE_SHORT, 'SHORT'],
]);
const DIRECTIONS: ReadonlyMap<ExposureDirection, Order['direction']> = new Map([
  [ExposureDirection.EXPOSURE_DIRECTION_INCREASE, 'INCREASE'],
  [ExposureDirection.EXPOSURE_DIRECTION_DECREASE, 'DECREASE'],
  [ExposureDirection.EXPOSURE_DIRECTION_NONE, 'NONE'],
]);

/**
 * Reads a dispatch. The error names every bad field and goes with the dead letter: a dispatch that
 * breaks the contract cannot become right by waiting.
 */
export function parseDispatch(payload: Uint8Array): Result<Order, string> {
  let dispatch: OrderDispatch;
  try {
    dispatch = OrderDispatch.decode(payload);
  } catch {
    return err('the payload is not an OrderDispatch');
  }
  const wrong: string[] = [];
  const order = readOrder(dispatch, (field, message) => wrong.push(`${field} ${message}`));
  return wrong.length === 0 ? ok(order) : err(wrong.join('; '));
}

type Refuse = (field: string, message: string) => void;

function readOrder(dispatch: OrderDispatch, refuse: Refuse): Order {
  for (const [field, value] of [
    ['rebalance_id', dispatch.rebalanceId],
    ['vault_id', dispatch.vaultId],
    ['asset_id', dispatch.assetId],
  ] as const) {
    if (value === '') refuse(field, 'is required');
  }
  for (const [field, value] of [
    ['h0', dispatch.h0],
    ['snapshot_hash', dispatch.snapshotHash],
  ] as const) {
    if (!HASH.test(value)) refuse(field, `was "${value}", must be 64 lower-case hex digits`);
  }
  if (dispatch.index < 0) refuse('index', `was ${dispatch.index}, must be at least 0`);
  checkOrderId(dispatch, refuse);
  const { slippageLimitBps } = dispatch;
  if (slippageLimitBps < 0 || slippageLimitBps > BPS_WHOLE) {
    refuse('slippage_limit_bps', `was ${slippageLimitBps}, must be from 0 to ${BPS_WHOLE}`);
  }
  const side = SIDES.get(dispatch.side);
  if (side === undefined) refuse('side', 'must be LONG or SHORT');
  const direction = DIRECTIONS.get(dispatch.direction);
  if (direction === undefined) refuse('direction', 'must be INCREASE, DECREASE or NONE');
  const amount = readAmount('amount', dispatch.amount, refuse);
  const exactIn = readExactIn(dispatch, refuse);
  if (side === 'LONG') checkLong(dispatch, exactIn, refuse);
  if (side === 'SHORT') checkShort(dispatch, exactIn, refuse);
  if (exactIn?.kind === 'UNDERLYING' && exactIn.underlying > amount) {
    refuse('underlying_in', `was ${exactIn.underlying}, must be at most the amount ${amount}`);
  }
  return {
    orderId: dispatch.orderId,
    rebalanceId: dispatch.rebalanceId,
    vaultId: dispatch.vaultId,
    h0: dispatch.h0,
    index: dispatch.index,
    planHash: dispatch.planHash,
    txBundleHash: dispatch.txBundleHash,
    snapshotHash: dispatch.snapshotHash,
    assetId: dispatch.assetId,
    side: side ?? 'LONG',
    direction: direction ?? 'NONE',
    releasesCash: side === 'SHORT' ? dispatch.releasesCash : direction === 'DECREASE',
    amount,
    exactIn,
    minimumOut: readMinimumOut(dispatch, refuse),
    collateralDelta: readInteger('collateral_delta', dispatch.collateralDelta, refuse),
    referencePrice: readPrice(dispatch.referencePriceDecimal, refuse),
    slippageLimitBps,
    expireTime: readExpireTime(dispatch.expireTime, refuse),
  };
}

/** The id names rebalance, index and attempt; another one could be that of another order. */
function checkOrderId({ orderId, rebalanceId, index }: OrderDispatch, refuse: Refuse): void {
  const expected = contentHash(TAGS.orderId, { rebalanceId, index, attempt: ATTEMPT });
  if (orderId !== expected) refuse('order_id', `was "${orderId}", must be ${expected}`);
}

/** A long is sold by quantity and bought by underlying, and has no collateral of its own. */
function checkLong(
  { direction, collateralDelta }: OrderDispatch,
  exactIn: ExactIn | undefined,
  refuse: Refuse,
): void {
  const sells = direction === ExposureDirection.EXPOSURE_DIRECTION_DECREASE;
  const wanted = sells ? 'QUANTITY' : 'UNDERLYING';
  if (exactIn?.kind !== wanted) {
    refuse('exact_in', `must be ${sells ? 'quantity_in for a sell' : 'underlying_in for a buy'}`);
  }
  if (direction === ExposureDirection.EXPOSURE_DIRECTION_NONE) {
    refuse('direction', 'of a LONG must be INCREASE or DECREASE');
  }
  if (collateralDelta !== '0') refuse('collateral_delta', 'of a LONG must be 0');
}

/** A short is sold and bought back by quantity; without a direction only collateral moves. */
function checkShort(
  { direction }: OrderDispatch,
  exactIn: ExactIn | undefined,
  refuse: Refuse,
): void {
  const moves = direction !== ExposureDirection.EXPOSURE_DIRECTION_NONE;
  if (exactIn?.kind === (moves ? 'QUANTITY' : undefined)) return;
  refuse('exact_in', moves ? 'must be quantity_in' : 'must be absent when only collateral moves');
}

/** Slippage may eat up all the cash that a short releases, and more. */
function readMinimumOut({ side, minimumOut }: OrderDispatch, refuse: Refuse): bigint {
  const read = side === Side.SIDE_SHORT ? readInteger : readAmount;
  return read('minimum_out', minimumOut, refuse);
}

function readExactIn({ exactIn }: OrderDispatch, refuse: Refuse): ExactIn | undefined {
  switch (exactIn?.$case) {
    case undefined:
      return undefined;
    case 'quantityIn':
      return { kind: 'QUANTITY', quantity: readAmount('quantity_in', exactIn.value, refuse) };
    case 'underlyingIn':
      return { kind: 'UNDERLYING', underlying: readAmount('underlying_in', exactIn.value, refuse) };
  }
}

function readAmount(field: string, text: string, refuse: Refuse): bigint {
  const value = readInteger(field, text, refuse);
  if (value < 0n) refuse(field, `was ${text}, must be at least 0`);
  return value;
}

function readInteger(field: string, text: string, refuse: Refuse): bigint {
  const parsed = parseInteger(text);
  if (parsed.ok) return parsed.value;
  refuse(field, parsed.error);
  return 0n;
}

function readPrice(text: string, refuse: Refuse): Order['referencePrice'] {
  const price = parseDecimal(text);
  if (price.ok && price.value.digits > 0n) return price.value;
  const message = price.ok ? `was ${text}, must be above 0` : price.error;
  refuse('reference_price_decimal', message);
  return { digits: 1n, scale: 0 };
}

function readExpireTime(time: Date | undefined, refuse: Refuse): Order['expireTime'] {
  if (time === undefined) return undefined;
  const millis = time.getTime();
  if (millis >= MIN_TIME_MS && millis <= MAX_TIME_MS) return instant(Math.floor(millis));
  refuse('expire_time', 'must be in the years 0 to 9999');
  return undefined;
}
