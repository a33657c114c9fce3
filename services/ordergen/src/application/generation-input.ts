import type { Target } from '../domain/targets.js';
import type { GenerateInput, Goal } from '../domain/generate-input.js';
import type { PriceBook } from '../domain/price-book.js';
import type { RebalanceDocument } from '../domain/rebalance-document.js';
import type { Sequencing } from '../domain/sequence.js';
import { tolerancesOf } from './rebalance-facts.js';

/**
 * What the actions of a stored rebalance were generated from. An explicit order is the order of its
 * actions, which the document has.
 */
export function generationInputOf(
  document: RebalanceDocument,
  prices: PriceBook,
  targets: readonly Target[],
): GenerateInput {
  const { band } = document.tolerances;
  return {
    cash: BigInt(document.cash),
    positions: document.positions.map((one) => ({
      assetId: one.assetId,
      side: sideOf(one.side),
      quantity: BigInt(one.quantity),
      collateral: BigInt(one.collateral ?? '0'),
    })),
    prices,
    goal: goalOf(document, targets),
    tolerances: tolerancesOf(document),
    ...(band !== undefined && {
      band: {
        kind: band.kind === 'RELATIVE' ? 'RELATIVE' : 'ABSOLUTE',
        widthBps: band.widthBps,
        goal: band.goal === 'EDGE' ? 'EDGE' : 'CENTRE',
      },
    }),
    netMode: document.netMode === 'CONSERVATIVE' ? 'CONSERVATIVE' : 'STANDARD',
    sequencing: sequencingOf(document),
    underlyingFloor: BigInt(document.underlyingFloor),
  };
}

/** Neither a plan nor actions: a settlement, whose targets are all 0. */
function goalOf(document: RebalanceDocument, targets: readonly Target[]): Goal {
  const { requestedActions = [] } = document;
  if (requestedActions.length === 0) return { kind: 'WEIGHTS', targets };
  return {
    kind: 'ACTIONS',
    actions: requestedActions.map((action) => ({
      assetId: action.assetId,
      side: sideOf(action.side),
      quantityDelta: BigInt(action.quantityDelta),
      collateralDelta: BigInt(action.collateralDelta),
    })),
  };
}

function sequencingOf({ sequencing, actions }: RebalanceDocument): Sequencing {
  switch (sequencing) {
    case 'EXPLICIT':
      return {
        kind: 'EXPLICIT',
        order: actions.map(({ assetId, side }) => ({ assetId, side: sideOf(side) })),
      };
    case 'LARGEST_RELEASE_FIRST':
      return { kind: 'LARGEST_RELEASE_FIRST' };
    default:
      return { kind: 'GUIDELINE' };
  }
}

function sideOf(text: string): 'LONG' | 'SHORT' {
  return text === 'SHORT' ? 'SHORT' : 'LONG';
}
