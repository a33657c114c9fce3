import type { WatchPricesResponse } from '@trimtab/contracts/oracle';
import { domainError, refuse } from '@trimtab/core';
import type { OracleHistory, PriceChange, PriceView } from '../../application/ports.js';
import { assetNotFound } from '../../application/refusals.js';
import { toChangeMessage, toPriceMessage } from './mapping.js';

/** What watching needs. */
export interface WatchDependencies {
  readonly view: PriceView;
  readonly history: OracleHistory;
}

/** What is watched. */
export interface Watch {
  /** Empty for every asset. */
  readonly assetIds: readonly string[];
  /** The last change that was seen; undefined starts with the prices now. */
  readonly afterSequence: bigint | undefined;
}

/** How long a stream sleeps when nobody wakes it; the view wakes it for every change. */
const LOOK_AGAIN_MS = 500;
/** Changes of one read. */
const BATCH = 500;

/**
 * The prices now, or the changes after one, then every change, by sequence, without gaps and without
 * repeats. Each is stored as it was, so a stream can be taken up anywhere and says the same as the
 * first time. Ends when the caller goes away.
 */
export async function* watchPrices(
  deps: WatchDependencies,
  watch: Watch,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<WatchPricesResponse> {
  await checkAssets(deps.view, watch.assetIds);
  let after = watch.afterSequence;
  if (after === undefined) {
    const { last } = await deps.history.changeRange();
    // Read after the number: a change in between comes now and is not repeated below.
    const now = await deps.history.latestChanges(watch.assetIds);
    yield* unchanged(deps.view, watch.assetIds, now);
    for (const change of now) yield { price: toChangeMessage(change) };
    const latest = now.at(-1)?.sequence ?? 0n;
    after = latest > last ? latest : last;
  } else await checkSequence(deps.history, after);
  while (!signal.aborted) {
    if (deps.view.lastSequence <= after) {
      await deps.view.changed(after, LOOK_AGAIN_MS, signal);
      continue;
    }
    // Sequences are committed in their order: up to this one nothing is missing.
    const complete = deps.view.lastSequence;
    const { assetIds } = watch;
    const changes = await deps.history.listChanges({
      afterSequence: after,
      assetIds,
      limit: BATCH,
    });
    await checkSequence(deps.history, after);
    for (const change of changes) yield { price: toChangeMessage(change) };
    const last = changes.at(-1)?.sequence ?? 0n;
    after = changes.length === BATCH || last > complete ? last : complete;
  }
}

/** Assets that nothing was ever recorded of: their number is 0. */
function* unchanged(
  view: PriceView,
  assetIds: readonly string[],
  changes: readonly PriceChange[],
): Generator<WatchPricesResponse> {
  const known = new Set(changes.map(({ assetId }) => assetId));
  const all = view.page({
    afterAssetId: '',
    limit: Number.POSITIVE_INFINITY,
    assetIds: assetIds.length === 0 ? undefined : assetIds,
  });
  for (const { asset, state, stateReason } of all) {
    if (asset.denomination || known.has(asset.assetId)) continue;
    const price = { asset, health: state, reason: stateReason, publication: undefined };
    yield { price: toPriceMessage({ ...price, sequence: 0n }) };
  }
}

async function checkAssets(view: PriceView, assetIds: readonly string[]): Promise<void> {
  const unknown: string[] = [];
  for (const assetId of assetIds) {
    if ((await view.findOrLoad(assetId)) === undefined) unknown.push(assetId);
  }
  if (unknown.length > 0) refuse(assetNotFound(unknown));
}

/** Also in the middle of a stream: a reader that is slower than the retention has missed changes. */
async function checkSequence(history: OracleHistory, found: bigint): Promise<void> {
  const { first, last } = await history.changeRange();
  if (found >= first && found <= last) return;
  const message = `after_sequence was ${found}, must be from ${first} to ${last}`;
  const bounds = { first: first.toString(), last: last.toString() };
  const metadata = { after_sequence: found.toString(), ...bounds };
  refuse(domainError('OUT_OF_RANGE', 'SEQUENCE_OUT_OF_RANGE', message, metadata));
}
