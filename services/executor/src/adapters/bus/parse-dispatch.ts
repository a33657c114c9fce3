import { ExposureDirection, OrderDispatch } from '@trimtab/contracts/execution';
import { Side } from '@trimtab/contracts/portfolio';
import { err, instant, ok, type Result } from '@trimtab/core';
import { parseDecimal, parseInteger } from '@trimtab/decimal';
import type { ExactIn, Order } from '../../domain/order.js';

/** Reads a dispatch; the error says which field is wrong, and goes with the dead letter. */
export function parseDispatch(payload: Uint8Array): Result<Order, string> {
  let dispatch: OrderDispatch;
  try {
    dispatch = OrderDispatch.decode(payload);
  } catch {
    return err('the payload is not an OrderDispatch');
  }
  return toOrder(dispatch);
}

function toOrder(dispatch: OrderDispatch): Result<Order, string> {
  const amount = integer('amount', dispatch.amount);
  if (!amount.ok) return amount;
  const minimumOut = integer('minimum_out', dispatch.minimumOut);
  if (!minimumOut.ok) return minimumOut;
  const collateralDelta = integer('collateral_delta', dispatch.collateralDelta);
  if (!collateralDelta.ok) return collateralDelta;
  const exactIn = toExactIn(dispatch);
  if (!exactIn.ok) return exactIn;
  const price = parseDecimal(dispatch.referencePriceDecimal);
  if (!price.ok) return err(`reference_price_decimal ${price.error}`);
  if (dispatch.orderId === '' || dispatch.rebalanceId === '' || dispatch.vaultId === '') {
    return err('order_id, rebalance_id and vault_id are required');
  }
  const side = toSide(dispatch.side);
  const direction = toDirection(dispatch.direction);
  if (side === undefined || direction === undefined) return err('side and direction are required');
  return ok({
    orderId: dispatch.orderId,
    rebalanceId: dispatch.rebalanceId,
    vaultId: dispatch.vaultId,
    h0: dispatch.h0,
    index: dispatch.index,
    planHash: dispatch.planHash,
    txBundleHash: dispatch.txBundleHash,
    snapshotHash: dispatch.snapshotHash,
    assetId: dispatch.assetId,
    side,
    direction,
    amount: amount.value,
    exactIn: exactIn.value,
    minimumOut: minimumOut.value,
    collateralDelta: collateralDelta.value,
    referencePrice: price.value,
    slippageLimitBps: dispatch.slippageLimitBps,
    expireTime:
      dispatch.expireTime === undefined ? undefined : instant(dispatch.expireTime.getTime()),
  });
}

function toExactIn(dispatch: OrderDispatch): Result<ExactIn | undefined, string> {
  const { exactIn } = dispatch;
  if (exactIn === undefined) return ok(undefined);
  const value = integer(exactIn.$case, exactIn.value);
  if (!value.ok) return value;
  if (value.value < 0n) return err(`${exactIn.$case} was ${exactIn.value}, must be at least 0`);
  return ok(
    exactIn.$case === 'quantityIn'
      ? { kind: 'QUANTITY', quantity: value.value }
      : { kind: 'UNDERLYING', underlying: value.value },
  );
}

function integer(field: string, text: string): Result<bigint, string> {
  const parsed = parseInteger(text);
  return parsed.ok ? parsed : err(`${field} ${parsed.error}`);
}

function toSide(side: Side): Order['side'] | undefined {
  if (side === Side.SIDE_LONG) return 'LONG';
  return side === Side.SIDE_SHORT ? 'SHORT' : undefined;
}

function toDirection(direction: ExposureDirection): Order['direction'] | undefined {
  if (direction === ExposureDirection.EXPOSURE_DIRECTION_INCREASE) return 'INCREASE';
  if (direction === ExposureDirection.EXPOSURE_DIRECTION_DECREASE) return 'DECREASE';
  return direction === ExposureDirection.EXPOSURE_DIRECTION_NONE ? 'NONE' : undefined;
}
