import { amount, count, members, positive, text, word, type Node } from './node.js';

/** One link of the chain, as it is stated. */
export interface Event {
  readonly path: string;
  readonly previous: Node;
  readonly sequence: Node;
  readonly kind: Kind;
  readonly index?: number;
  readonly amount?: Node;
  readonly filled?: Node;
  readonly cashMoved?: bigint;
  readonly quantity?: bigint;
  readonly collateral?: bigint;
  readonly fee?: bigint;
  readonly execType?: string;
  readonly reason?: string;
  readonly recalibration?: Node;
  readonly after: Node;
  readonly node: Node;
}

/** What an event can be. */
export type Kind = 'APPROVE' | 'RESULT' | 'CORRECTION' | 'CANCEL' | 'EXPIRE' | 'FAULT';

const ALWAYS = ['previous', 'sequence', 'kind', 'stateAfter'] as const;
const FINAL = ['FILL', 'CANCELED', 'REJECTED', 'EXPIRED'] as const;
const ANY = [...FINAL, 'NEW', 'PARTIAL_FILL', 'TRADE_CORRECT', 'TRADE_CANCEL'] as const;
const REASONS = [
  'VENUE_REJECTED',
  'SLIPPAGE_EXCEEDED',
  'PRICE_STALE',
  'INSUFFICIENT_LIQUIDITY',
  'INSUFFICIENT_BALANCE',
  'ASSET_LOCKED',
  'PLAN_HASH_MISMATCH',
  'BUNDLE_HASH_MISMATCH',
  'ORDER_EXPIRED',
  'VENUE_UNAVAILABLE',
  'VENUE_TIMEOUT',
  'BELOW_LOT',
] as const;

/** Reads an event; what its kind has no use for must be absent. */
export function readEvent(node: Node): Event {
  const kind = kindOf(node);
  switch (kind) {
    case 'RESULT': {
      const fields = members(
        node,
        [...ALWAYS, 'index', 'amount', 'filled', 'cashMoved', 'execType'],
        ['cumulativeQuantity', 'collateralMoved', 'fee', 'reason', 'recalibration'],
      );
      return {
        ...base(node, fields, kind),
        index: count(fields.index),
        amount: fields.amount,
        filled: fields.filled,
        cashMoved: amount(fields.cashMoved),
        ...reported(fields),
        execType: word(fields.execType, FINAL),
        ...(fields.reason !== undefined && { reason: word(fields.reason, REASONS) }),
        ...(fields.recalibration !== undefined && { recalibration: fields.recalibration }),
      };
    }
    case 'CORRECTION': {
      const fields = members(
        node,
        [...ALWAYS, 'cashMoved'],
        ['index', 'cumulativeQuantity', 'collateralMoved', 'fee', 'execType', 'reason'],
      );
      if (fields.execType !== undefined) word(fields.execType, ANY);
      if (fields.reason !== undefined) word(fields.reason, REASONS);
      return {
        ...base(node, fields, kind),
        ...(fields.index !== undefined && { index: count(fields.index) }),
        cashMoved: amount(fields.cashMoved),
        ...reported(fields),
      };
    }
    case 'FAULT': {
      const fields = members(node, [...ALWAYS, 'reason'], ['index']);
      text(fields.reason);
      return {
        ...base(node, fields, kind),
        ...(fields.index !== undefined && { index: count(fields.index) }),
      };
    }
    case 'APPROVE':
    case 'CANCEL':
    case 'EXPIRE': {
      const fields = members(node, ALWAYS, ['reason']);
      if (fields.reason !== undefined) text(fields.reason);
      return base(node, fields, kind);
    }
  }
}

function kindOf(node: Node): Kind {
  const fields = members(node, ALWAYS, [
    'index',
    'amount',
    'filled',
    'cashMoved',
    'cumulativeQuantity',
    'collateralMoved',
    'fee',
    'execType',
    'reason',
    'recalibration',
  ]);
  return word(fields.kind, ['APPROVE', 'RESULT', 'CORRECTION', 'CANCEL', 'EXPIRE', 'FAULT']);
}

function base(
  node: Node,
  fields: { readonly previous: Node; readonly sequence: Node; readonly stateAfter: Node },
  kind: Kind,
): Event {
  const { previous, sequence, stateAfter: after } = fields;
  return { path: node.path, previous, sequence, kind, after, node };
}

function reported(fields: {
  readonly cumulativeQuantity?: Node;
  readonly collateralMoved?: Node;
  readonly fee?: Node;
}): Pick<Event, 'quantity' | 'collateral' | 'fee'> {
  const { cumulativeQuantity, collateralMoved, fee } = fields;
  return {
    ...(cumulativeQuantity !== undefined && { quantity: positive(cumulativeQuantity) }),
    ...(collateralMoved !== undefined && { collateral: amount(collateralMoved) }),
    ...(fee !== undefined && { fee: positive(fee) }),
  };
}
