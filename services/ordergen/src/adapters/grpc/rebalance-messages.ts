import type * as wire from '@trimtab/contracts/ordergen';
import {
  DriftBandGoal,
  DriftBandKind,
  SequencingPolicy,
  type DriftBand,
} from '@trimtab/contracts/portfolio';
import { formatDecimal } from '@trimtab/decimal';
import type {
  ActionRecord,
  RebalanceFacts,
  RebalanceView,
} from '../../application/rebalance-record.js';
import type { EventDocument } from '../../domain/event-document.js';
import type { Leg } from '../../domain/leg.js';
import type { ActionDocument, RebalanceDocument } from '../../domain/rebalance-document.js';
import { startRebalance } from '../../domain/start-rebalance.js';
import {
  actionStates,
  execTypes,
  failureReasons,
  purposes,
  rebalanceStates,
  sides,
} from '../enum-words.js';
import { openAmounts } from './open-amounts.js';

/** Rebalances as messages. */

/** A rebalance with all actions; one of a list has none, and no positions. */
export function toRebalanceMessage(
  view: RebalanceView,
  detail: 'FULL' | 'SUMMARY' = 'FULL',
): wire.Rebalance {
  const { facts, head } = view;
  const { document, program } = facts;
  const { state } = head;
  const isFull = detail === 'FULL';
  return {
    rebalanceId: facts.rebalanceId,
    terms: termsOf(facts),
    state: rebalanceStates.toWire(state.state),
    stateReason: view.stateReason,
    h0: facts.h0,
    stateHash: head.hash,
    txBundleHash: facts.txBundleHash,
    targetWeightsHash: facts.targetWeightsHash,
    nav: document.nav,
    openingCash: document.cash,
    openingPositions: isFull
      ? document.positions.map((position) => ({
          assetId: position.assetId,
          side: sides.toWire(position.side === 'SHORT' ? 'SHORT' : 'LONG'),
          quantity: position.quantity,
          collateral: position.collateral ?? '0',
        }))
      : [],
    actions: isFull ? actionsOf(view) : [],
    sells: legOf(state.sells),
    buys: legOf(state.buys),
    pinnedOpen: state.pinnedOpen.toString(),
    targetCash: program.targetCash.toString(),
    cash: state.cash.toString(),
    toUnderlying: state.toUnderlying.toString(),
    residual: state.residual.toString(),
    corrections: state.corrections.toString(),
    nextIndex: state.nextIndex,
    recalibrations: view.recalibrationEvents.flatMap((text) => {
      const event = JSON.parse(text) as EventDocument;
      const recalibration = toRecalibrationMessage(event);
      return recalibration === undefined ? [] : [recalibration];
    }),
    eventCount: BigInt(head.sequence),
    requestedBy: facts.requestedBy,
    approvedBy: view.approvedBy ?? '',
    traceId: facts.traceId,
    createTime: new Date(facts.createTime),
    updateTime: new Date(view.updateTime),
    endTime: view.endTime === undefined ? undefined : new Date(view.endTime),
    approvalExpireTime:
      state.state === 'AWAITING_APPROVAL' && facts.approvalExpireTime !== undefined
        ? new Date(facts.approvalExpireTime)
        : undefined,
  };
}

/** A rebalance as it was when it was made. */
export function toPlannedMessage(view: RebalanceView): wire.Rebalance {
  const { facts } = view;
  const mode = facts.approvalExpireTime === undefined ? 'EXECUTE' : 'AWAIT_APPROVAL';
  const started = startRebalance(facts.program, mode);
  return toRebalanceMessage({
    facts,
    owner: view.owner,
    members: view.members,
    head: { sequence: 0, hash: facts.h0, state: started.state },
    stateReason: '',
    actions: [],
    recalibrationEvents: [],
    pinned: [],
    updateTime: facts.createTime,
  });
}

/** One action with what became of it. */
export function toActionMessage(
  facts: RebalanceFacts,
  document: ActionDocument,
  record: ActionRecord | undefined,
  now: { readonly pinned: boolean; readonly amount: bigint | undefined },
): wire.Action {
  const price = facts.prices.entries.get(document.assetId)?.price;
  const amount = record?.amount ?? now.amount;
  return {
    index: document.index,
    assetId: document.assetId,
    side: sides.toWire(document.side === 'SHORT' ? 'SHORT' : 'LONG'),
    group: document.group,
    deltaExposure: document.deltaExposure,
    deltaCollateral: document.deltaCollateral,
    deltaNet: document.deltaNet,
    cap: document.cap ?? '',
    state: actionStates.toWire(record?.state ?? 'PENDING'),
    amount: amount?.toString() ?? '',
    filled: record?.filled?.toString() ?? '0',
    cashMoved: (record?.cashMoved ?? record?.booked.underlying ?? 0n).toString(),
    cumulativeQuantity: record?.booked.quantity.toString() ?? '0',
    collateralMoved: record?.booked.collateral.toString() ?? '0',
    fee: record?.booked.fee.toString() ?? '0',
    orderId: record?.orderId ?? '',
    execType: record?.execType === undefined ? 0 : execTypes.toWire(record.execType),
    failureReason: record?.reason === undefined ? 0 : failureReasons.toWire(record.reason),
    pinned: now.pinned,
    stuck: record?.stuck ?? false,
    dispatchTime: record?.dispatchTime === undefined ? undefined : new Date(record.dispatchTime),
    settleTime: record?.settleTime === undefined ? undefined : new Date(record.settleTime),
    referencePriceDecimal: price === undefined ? '' : formatDecimal(price),
  };
}

/** What a failed or partly filled sell changed; absent for other events. */
export function toRecalibrationMessage(
  event: Pick<EventDocument, 'index' | 'recalibration'>,
): wire.Recalibration | undefined {
  const { recalibration } = event;
  if (recalibration === undefined) return undefined;
  return {
    failedIndex: event.index ?? 0,
    unfilled: recalibration.failed,
    factorDecimal: recalibration.factor,
    sellsBefore: recalibration.sellsBefore,
    sellsAfter: recalibration.sellsAfter,
    buysBefore: recalibration.buysBefore,
    buysAfter: recalibration.buysAfter,
    pins: recalibration.pins.map(({ index, amount }) => ({ index, amount })),
    residual: recalibration.residual,
  };
}

function actionsOf(view: RebalanceView): wire.Action[] {
  const { facts, head } = view;
  const records = new Map(view.actions.map((record) => [record.index, record]));
  const pinned = new Set(view.pinned);
  const amounts = openAmounts(facts.program, head.state);
  return facts.document.actions.map((document) =>
    toActionMessage(facts, document, records.get(document.index), {
      pinned: pinned.has(document.index),
      amount: amounts.get(document.index),
    }),
  );
}

function termsOf(facts: RebalanceFacts): wire.RebalanceTerms {
  const { document } = facts;
  return {
    vaultId: facts.vaultId,
    vaultVersion: BigInt(document.vaultVersion),
    fence: BigInt(facts.fence),
    source: sourceOf(document),
    snapshotHash: document.snapshotHash,
    purpose: purposes.toWire(facts.purpose),
    tolerances: tolerancesMessage(document),
    netMode: document.netMode === 'CONSERVATIVE' ? 2 : 1,
    sequencing: { order: sequencingOf(facts) },
    underlyingFloor: document.underlyingFloor,
    slippageLimitBps: document.slippageLimitBps,
    expireTime: new Date(facts.expireTime),
    driftBand: bandOf(document),
  };
}

function sourceOf({ planHash, requestedActions = [] }: RebalanceDocument) {
  if (planHash !== undefined) return { $case: 'planHash', value: planHash } as const;
  if (requestedActions.length === 0) return undefined;
  const actions = requestedActions.map((action) => ({
    assetId: action.assetId,
    side: sides.toWire(action.side === 'SHORT' ? 'SHORT' : 'LONG'),
    quantityDelta: action.quantityDelta,
    collateralDelta: action.collateralDelta,
  }));
  return { $case: 'explicitActions', value: { actions } } as const;
}

function tolerancesMessage({ tolerances }: RebalanceDocument): wire.Tolerances {
  const { kind, exposure, collateral, net } = tolerances;
  if (kind === 'ABSOLUTE') {
    return { band: { $case: 'absolute', value: { exposure, collateral, net } } };
  }
  const value = { exposureDecimal: exposure, collateralDecimal: collateral, netDecimal: net };
  return { band: { $case: 'navRelative', value } };
}

function sequencingOf({ document, actions }: RebalanceFacts): wire.Sequencing['order'] {
  if (document.sequencing === 'EXPLICIT') {
    const positions = actions.map(({ assetId, side }) => ({ assetId, side: sides.toWire(side) }));
    return { $case: 'explicitOrder', value: { positions } };
  }
  const value =
    document.sequencing === 'LARGEST_RELEASE_FIRST'
      ? SequencingPolicy.SEQUENCING_POLICY_LARGEST_RELEASE_FIRST
      : SequencingPolicy.SEQUENCING_POLICY_GUIDELINE;
  return { $case: 'policy', value };
}

function bandOf({ tolerances: { band } }: RebalanceDocument): DriftBand | undefined {
  if (band === undefined) return undefined;
  return {
    kind:
      band.kind === 'RELATIVE'
        ? DriftBandKind.DRIFT_BAND_KIND_RELATIVE
        : DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
    widthBps: band.widthBps,
    goal:
      band.goal === 'EDGE'
        ? DriftBandGoal.DRIFT_BAND_GOAL_EDGE
        : DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
  };
}

function legOf(leg: Leg): wire.Leg {
  return {
    base: leg.base.toString(),
    total: leg.total.toString(),
    seen: leg.seen.toString(),
    paid: leg.paid.toString(),
  };
}
