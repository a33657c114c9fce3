import { contentHash, TAGS } from '@trimtab/canonical';
import { formatInstant, sorted, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import type { Action } from './action.js';
import type { DriftBand } from './drift-band.js';
import type { ExplicitAction } from './explicit-action.js';
import type { Generation, NetMode } from './generate.js';
import { byPosition, type Position } from './position.js';
import type { Sequencing } from './sequence.js';
import type { Tolerances } from './tolerances.js';
import type { RebalancePurpose } from './vault.js';

/**
 * What a rebalance starts from (hashed documents, rebalance): everything that its first state
 * depends on, so that a dry run, a replay and another implementation get the same h0.
 */

/** Where the targets come from: a plan, or the actions that a manager asked for. */
export type RebalanceSource =
  | { readonly kind: 'PLAN'; readonly planHash: string }
  | { readonly kind: 'ACTIONS'; readonly actions: readonly ExplicitAction[] };

/** What the document is written from. */
export interface RebalanceHeader {
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly purpose: RebalancePurpose;
  readonly source: RebalanceSource;
  readonly snapshotHash: string;
  /** As the vault held them when the rebalance was generated. */
  readonly positions: readonly Position[];
  readonly tolerances: Tolerances;
  readonly band?: DriftBand;
  readonly netMode: NetMode;
  readonly sequencing: Sequencing;
  readonly slippageLimitBps: number;
  readonly expireTime: Instant;
}

type PositionDocument = {
  readonly assetId: string;
  readonly side: string;
  readonly quantity: string;
  /** Shorts only. */
  readonly collateral?: string;
};

/** An action as generated. */
export type ActionDocument = {
  readonly index: number;
  readonly assetId: string;
  readonly side: string;
  readonly group: number;
  readonly deltaExposure: string;
  readonly deltaCollateral: string;
  readonly deltaNet: string;
  /** Sell leg only. */
  readonly cap?: string;
};

/** The hashed document behind h0. */
export type RebalanceDocument = {
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly purpose: string;
  readonly planHash?: string;
  readonly requestedActions?: readonly {
    readonly assetId: string;
    readonly side: string;
    readonly quantityDelta: string;
    readonly collateralDelta: string;
  }[];
  readonly snapshotHash: string;
  readonly cash: string;
  readonly positions: readonly PositionDocument[];
  readonly tolerances: {
    readonly kind: string;
    readonly exposure: string;
    readonly collateral: string;
    readonly net: string;
    readonly band?: { readonly kind: string; readonly widthBps: number; readonly goal: string };
  };
  readonly netMode: string;
  readonly sequencing: string;
  readonly underlyingFloor: string;
  readonly slippageLimitBps: number;
  readonly expireTime: string;
  readonly nav: string;
  readonly actions: readonly ActionDocument[];
  /** Open totals after the funding check. */
  readonly openSells: string;
  readonly openBuys: string;
};

/** Writes the document of a generated rebalance. */
export function rebalanceDocument(
  header: RebalanceHeader,
  generation: Generation,
): RebalanceDocument {
  const { program, valuation } = generation;
  return {
    vaultId: header.vaultId,
    vaultVersion: header.vaultVersion,
    purpose: header.purpose,
    ...sourceFields(header.source),
    snapshotHash: header.snapshotHash,
    cash: valuation.cash.toString(),
    positions: sorted(header.positions, byPosition).map(positionDocument),
    tolerances: {
      ...toleranceFields(header.tolerances),
      ...(header.band !== undefined && { band: bandFields(header.band) }),
    },
    netMode: header.netMode,
    sequencing: header.sequencing.kind,
    underlyingFloor: program.underlyingFloor.toString(),
    slippageLimitBps: header.slippageLimitBps,
    expireTime: formatInstant(header.expireTime),
    nav: valuation.nav.toString(),
    actions: generation.actions.map(actionDocument),
    openSells: program.sells.toString(),
    openBuys: program.fundedBuys.toString(),
  };
}

/** h0. */
export function rebalanceHash(document: RebalanceDocument): string {
  return contentHash(TAGS.rebalance, document);
}

function sourceFields(
  source: RebalanceSource,
): Pick<RebalanceDocument, 'planHash' | 'requestedActions'> {
  if (source.kind === 'PLAN') return { planHash: source.planHash };
  return {
    requestedActions: sorted(source.actions, byPosition).map((action) => ({
      assetId: action.assetId,
      side: action.side,
      quantityDelta: action.quantityDelta.toString(),
      collateralDelta: action.collateralDelta.toString(),
    })),
  };
}

function positionDocument(position: Position): PositionDocument {
  return {
    assetId: position.assetId,
    side: position.side,
    quantity: position.quantity.toString(),
    ...(position.side === 'SHORT' && { collateral: position.collateral.toString() }),
  };
}

function toleranceFields(tolerances: Tolerances): RebalanceDocument['tolerances'] {
  if (tolerances.kind === 'ABSOLUTE') {
    return {
      kind: tolerances.kind,
      exposure: tolerances.exposure.toString(),
      collateral: tolerances.collateral.toString(),
      net: tolerances.net.toString(),
    };
  }
  return {
    kind: tolerances.kind,
    exposure: formatDecimal(tolerances.exposure),
    collateral: formatDecimal(tolerances.collateral),
    net: formatDecimal(tolerances.net),
  };
}

function bandFields(band: DriftBand): NonNullable<RebalanceDocument['tolerances']['band']> {
  return { kind: band.kind, widthBps: band.widthBps, goal: band.goal };
}

function actionDocument(action: Action): ActionDocument {
  return {
    index: action.index,
    assetId: action.assetId,
    side: action.side,
    group: action.group,
    deltaExposure: action.deltaExposure.toString(),
    deltaCollateral: action.deltaCollateral.toString(),
    deltaNet: action.deltaNet.toString(),
    ...(action.cap !== undefined && { cap: action.cap.toString() }),
  };
}
