import { present, parseInstant, type Instant } from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import { positionText, type Position } from '../domain/position.js';
import { createPriceBook, quoteOf, type PriceBook } from '../domain/price-book.js';
import { programOfDocument } from '../domain/read-documents.js';
import type { ActionDocument, RebalanceDocument } from '../domain/rebalance-document.js';
import { directionOfShort } from '../domain/short-terms.js';
import { toleranceAmounts, type Tolerances } from '../domain/tolerances.js';
import type { SnapshotContent } from './documents.js';
import type { ActionFacts, RebalanceFacts } from './rebalance-record.js';

/** What the facts of a rebalance are made from: at its creation, and whenever it is read. */
export interface FactsInput {
  readonly rebalanceId: string;
  readonly fence: number;
  readonly h0: string;
  readonly document: RebalanceDocument;
  readonly snapshot: SnapshotContent;
  readonly denominationDecimals: number;
  /** The entries of the snapshot, where they are at hand as a price book. */
  readonly prices?: PriceBook;
  readonly txBundleHash: string;
  readonly targetWeightsHash: string;
  readonly requestedBy: string;
  readonly approvalExpireTime?: Instant;
  readonly traceId: string;
  readonly traceparent?: string;
  readonly createTime: Instant;
}

/**
 * Makes the facts from the hashed document, so that what executes is what the hash covers.
 *
 * @throws InvariantViolation when a stored document cannot be read
 */
export function factsOf(input: FactsInput): RebalanceFacts {
  const { document, snapshot } = input;
  const program = programOfDocument(document);
  const prices = input.prices ?? createPriceBook(input.denominationDecimals, snapshot.entries);
  const held = new Map(
    document.positions.map((one) => [
      positionText({ assetId: one.assetId, side: sideOf(one.side) }),
      { quantity: BigInt(one.quantity), collateral: BigInt(one.collateral ?? '0') },
    ]),
  );
  return {
    rebalanceId: input.rebalanceId,
    vaultId: document.vaultId,
    fence: input.fence,
    purpose: purposeOf(document.purpose),
    h0: input.h0,
    document,
    program: present(program.ok ? program.value : undefined, 'a stored rebalance can be read'),
    actions: document.actions.map((action) => actionFacts(action, held, prices)),
    prices,
    denomination: snapshot.denomination,
    netTolerance: toleranceAmounts(tolerancesOf(document), BigInt(document.nav)).net,
    planHash: document.planHash ?? '',
    txBundleHash: input.txBundleHash,
    targetWeightsHash: input.targetWeightsHash,
    expireTime: instantOf(document.expireTime),
    requestedBy: input.requestedBy,
    ...(input.approvalExpireTime !== undefined && { approvalExpireTime: input.approvalExpireTime }),
    traceId: input.traceId,
    ...(input.traceparent !== undefined && { traceparent: input.traceparent }),
    createTime: input.createTime,
  };
}

/** The tolerances that a document states. */
export function tolerancesOf({ tolerances }: RebalanceDocument): Tolerances {
  const { kind, exposure, collateral, net } = tolerances;
  if (kind === 'ABSOLUTE') {
    return { kind, exposure: BigInt(exposure), collateral: BigInt(collateral), net: BigInt(net) };
  }
  const read = (text: string) => {
    const parsed = parseDecimal(text);
    return present(parsed.ok ? parsed.value : undefined, 'a stored tolerance is a decimal');
  };
  return {
    kind: 'NAV_RELATIVE',
    exposure: read(exposure),
    collateral: read(collateral),
    net: read(net),
  };
}

type HeldAmounts = Pick<Position, 'quantity' | 'collateral'>;

function actionFacts(
  action: ActionDocument,
  holdings: ReadonlyMap<string, HeldAmounts>,
  prices: PriceBook,
): ActionFacts {
  const { index, assetId } = action;
  const group = action.group === 1 || action.group === 2 ? action.group : 3;
  const side = sideOf(action.side);
  const held = holdings.get(positionText({ assetId, side })) ?? { quantity: 0n, collateral: 0n };
  const facts = { index, assetId, side, group, held: held.quantity } as const;
  if (side === 'LONG') return { ...facts, direction: group === 3 ? 'INCREASE' : 'DECREASE' };
  const short = {
    deltaExposure: BigInt(action.deltaExposure),
    deltaCollateral: BigInt(action.deltaCollateral),
    deltaNet: BigInt(action.deltaNet),
    held: held.quantity,
    heldCollateral: held.collateral,
  };
  const entry = present(prices.entries.get(assetId), `asset ${assetId} of an action has a price`);
  return { ...facts, short, direction: directionOfShort(short, quoteOf(prices, entry)) };
}

function sideOf(text: string): 'LONG' | 'SHORT' {
  return text === 'SHORT' ? 'SHORT' : 'LONG';
}

function purposeOf(text: string): RebalanceFacts['purpose'] {
  return text === 'SETTLE' || text === 'ROLL' ? text : 'REBALANCE';
}

function instantOf(text: string): Instant {
  const parsed = parseInstant(text);
  return present(parsed.ok ? parsed.value : undefined, 'a stored time can be read');
}
