import { contentHash, sha256Hex, TAGS } from '@trimtab/canonical';
import { Snapshot } from '@trimtab/contracts/oracle';
import { Side } from '@trimtab/contracts/portfolio';
import { Plan } from '@trimtab/contracts/solver';
import {
  compare,
  domainError,
  formatInstant,
  instant,
  refuse,
  sorted,
  type Instant,
} from '@trimtab/core';
import type { PlanCopy, PublishedPrice, SeriesSource, SnapshotCopy } from '@trimtab/ordergen';

/** 2018-04-04T00:00:00Z, where the clock of every world starts. */
export const START = instant(1_522_800_000_000);

/** An asset of a fake snapshot: 6 decimals, so that one base unit at price 1 is worth one. */
export interface FakePrice {
  readonly assetId: string;
  readonly price?: string;
  readonly lot?: string;
  readonly minimumOrder?: string;
  /** Outside the limits of its snapshot, as the adapter of the oracle says. */
  readonly stale?: true;
}

/** A target of a fake plan. */
export interface FakeTarget {
  readonly assetId: string;
  readonly weightBps: number;
  readonly side?: 'LONG' | 'SHORT';
  /** True unless given. */
  readonly investible?: boolean;
}

/** A fake plan; what is absent is made up. */
export interface FakePlan {
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly snapshotHash: string;
  readonly noOp?: boolean;
  readonly targets: readonly FakeTarget[];
}

/** A snapshot under the hash that the documents' rules give it, so that bundles made on it verify. */
export function fakeSnapshot(
  prices: readonly FakePrice[],
  takeTime: SnapshotCopy['takeTime'],
): SnapshotCopy {
  const entries = prices.map(({ assetId, price = '1', lot = '1', minimumOrder = '0' }) => ({
    assetId,
    decimals: 6,
    lot,
    minimumOrder,
    priceDecimal: price,
    confidenceDecimal: '0',
    publishTime: new Date(START),
    publishers: [],
    dropped: [],
  }));
  const snapshotHash = contentHash(TAGS.snapshot, {
    denomination: 'USDC',
    entries: sorted(entries, (left, right) => compare(left.assetId, right.assetId)).map(
      ({ priceDecimal: price, confidenceDecimal: confidence, ...entry }) => ({
        ...entry,
        price,
        confidence,
        publishTime: formatInstant(START),
      }),
    ),
  });
  const message = { snapshotHash, denomination: 'USDC', entries };
  return {
    snapshotHash,
    denomination: 'USDC',
    entries: entries.map((entry, place) => ({
      assetId: entry.assetId,
      decimals: entry.decimals,
      lot: BigInt(entry.lot),
      minimumOrder: BigInt(entry.minimumOrder),
      price: decimalOf(entry.priceDecimal),
      ...(prices[place]?.stale === true && { stale: true as const }),
    })),
    takeTime,
    bytes: Snapshot.encode({ ...message, takeTime: undefined, createTime: undefined }).finish(),
  };
}

function decimalOf(text: string): SnapshotCopy['entries'][number]['price'] {
  const [whole = '0', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** A plan under made-up hashes. */
export function fakePlan(fields: FakePlan): PlanCopy {
  const targets = fields.targets.map(
    ({ assetId, weightBps, side = 'LONG', investible = true }) => ({
      assetId,
      weightBps,
      side,
      investible,
      ...(side === 'SHORT' && { kappa: '1.5' }),
    }),
  );
  const text = JSON.stringify(fields);
  const copy = {
    planHash: sha256Hex(text),
    targetWeightsHash: sha256Hex(`targets ${text}`),
    txBundleHash: sha256Hex(`steps ${text}`),
    noOp: false,
    ...fields,
    targets,
  };
  const message = Plan.fromPartial({
    planHash: copy.planHash,
    vaultId: copy.vaultId,
    vaultVersion: BigInt(copy.vaultVersion),
    snapshotHash: copy.snapshotHash,
    targetWeightsHash: copy.targetWeightsHash,
    txBundleHash: copy.txBundleHash,
    targets: targets.map(({ assetId, weightBps, side, kappa, investible }) => ({
      assetId,
      weightBps,
      side: side === 'LONG' ? Side.SIDE_LONG : Side.SIDE_SHORT,
      kappaDecimal: kappa ?? '',
      investible,
    })),
  });
  return { ...copy, bytes: Plan.encode(message).finish() };
}

/** What a fake oracle knows of assets and their past prices. */
export interface FakeSeries {
  readonly source: SeriesSource;
  register(assetId: string, decimals: number): void;
  publish(assetId: string, price: string, publishTime: Instant): void;
}

/** An oracle for option series that knows nothing yet. */
export function fakeSeries(): FakeSeries {
  const decimals = new Map<string, number>();
  const published: (PublishedPrice & { readonly assetId: string })[] = [];
  return {
    source: {
      findDecimals: async (assetId) =>
        decimals.get(assetId) ??
        refuse(domainError('NOT_FOUND', 'ASSET_NOT_FOUND', `${assetId} is not known`)),
      lastPriceBefore: async (assetId, time) =>
        published.findLast((one) => one.assetId === assetId && one.publishTime < time) ??
        refuse(domainError('FAILED_PRECONDITION', 'PRICE_MISSING', `${assetId} has no price`)),
    },
    register: (assetId, places) => void decimals.set(assetId, places),
    publish: (assetId, price, publishTime) =>
      void published.push({ assetId, price: decimalOf(price), publishTime }),
  };
}
