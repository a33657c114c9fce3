import { compare, invariant, present, sorted, type Instant } from '@trimtab/core';
import type { Asset } from '../../domain/asset.js';
import { nextLookTime, type AssetRecord } from '../../domain/asset-record.js';
import type { PriceView } from '../../application/ports.js';

/** A view that is fed by commits of this process and by refreshes from the database. */
export interface LivePriceView extends PriceView {
  /**
   * Takes records; one that is older than what is here already changes nothing. `lookedAt`: when they
   * were looked at and nothing was left to do; without it they are due at once.
   */
  apply(records: readonly AssetRecord[], lookedAt?: Instant): void;
  /** Says that every change up to a number is committed. */
  committed(lastSequence: bigint): void;
}

/** Creates an empty view. `load` asks the database for an asset that is not known here. */
export function createPriceView(
  load: (assetId: string) => Promise<readonly AssetRecord[]>,
): LivePriceView {
  const records = new Map<string, AssetRecord>();
  /** When time must be looked at again; what time cannot change is not here, and is never passed over. */
  const dueTimes = new Map<string, number>();
  const waiting = new Set<() => void>();
  /** In their order; each new one is put into its place. */
  const ids: string[] = [];
  let denomination: Asset | undefined;
  let lastSequence = 0n;

  function committed(sequence: bigint): void {
    if (sequence <= lastSequence) return;
    lastSequence = sequence;
    for (const wake of [...waiting]) wake();
  }

  function schedule(assetId: string, dueTime: number | undefined): void {
    if (dueTime === undefined) dueTimes.delete(assetId);
    else dueTimes.set(assetId, dueTime);
  }

  function apply(arriving: readonly AssetRecord[], lookedAt?: Instant): void {
    const fresh = arriving.filter(({ asset, change }) => {
      const known = records.get(asset.assetId)?.change;
      return known === undefined || known < change;
    });
    const added = new Set(fresh.map(({ asset }) => asset.assetId).filter((id) => !records.has(id)));
    for (const record of fresh) {
      const { asset } = record;
      records.set(asset.assetId, record);
      if (asset.denomination) denomination = asset;
      else schedule(asset.assetId, lookedAt === undefined ? 0 : nextLookTime(record, lookedAt));
    }
    for (const assetId of added) ids.splice(firstAfter(ids, assetId), 0, assetId);
    committed(fresh.reduce((last, { sequence }) => (sequence > last ? sequence : last), 0n));
  }

  return {
    find: (assetId) => records.get(assetId),
    async findOrLoad(assetId) {
      if (!records.has(assetId)) apply(await load(assetId));
      return records.get(assetId);
    },
    page({ afterAssetId, limit, assetIds }) {
      const wanted = assetIds === undefined ? ids : sorted(new Set(assetIds), compare);
      const page: AssetRecord[] = [];
      for (let at = firstAfter(wanted, afterAssetId); at < wanted.length; at += 1) {
        if (page.length >= limit) break;
        const record = records.get(present(wanted[at], 'the index is inside'));
        if (record !== undefined) page.push(record);
      }
      return page;
    },
    denomination: () => present(denomination, 'the denomination asset is registered at start'),
    due(now) {
      const due: AssetRecord[] = [];
      for (const [assetId, dueTime] of dueTimes) {
        if (dueTime > now) continue;
        due.push(present(records.get(assetId), 'what is due is known'));
      }
      return due;
    },
    looked(record: AssetRecord, now: Instant) {
      const { assetId } = record.asset;
      if (records.get(assetId) === record) schedule(assetId, nextLookTime(record, now));
    },
    get lastSequence() {
      return lastSequence;
    },
    changed: (sequence, timeoutMs, signal) =>
      new Promise<void>((resolve) => {
        if (lastSequence > sequence || signal.aborted) {
          resolve();
          return;
        }
        const done = (): void => {
          if (lastSequence <= sequence && !signal.aborted && !isOver) return;
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          waiting.delete(done);
          resolve();
        };
        let isOver = false;
        const timer = setTimeout(() => {
          isOver = true;
          done();
        }, timeoutMs);
        signal.addEventListener('abort', done);
        waiting.add(done);
      }),
    apply,
    committed,
  };
}

/** The first index whose id is after the given one, in a sorted list. */
function firstAfter(ids: readonly string[], afterId: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const id = ids[middle];
    invariant(id !== undefined, 'the index is inside');
    if (compare(id, afterId) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
