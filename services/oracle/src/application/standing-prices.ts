import { compareDecimals } from '@trimtab/decimal';
import { present, type Clock, type Instant } from '@trimtab/core';
import type { Asset } from '../domain/asset.js';
import type { Held } from '../domain/breaker.js';
import { evaluate, type Evaluation, type Health } from '../domain/evaluation.js';
import type { NumberedPublication, OracleObserver, OracleSession, OracleStore } from './ports.js';
import type { StoredSituation } from './ports.js';

/** The price of an asset as it stands now. */
export interface StandingPrice {
  readonly asset: Asset;
  readonly health: Health;
  /** Why it is not HEALTHY; empty when it is. */
  readonly reason: string;
  /** Absent when nothing was ever published. */
  readonly publication: NumberedPublication | undefined;
}

/** What these functions need. */
export interface PriceDependencies {
  readonly clock: Clock;
  readonly observer: OracleObserver;
}

/**
 * Looks at assets that the session has locked, publishes what is due, and stores what the breaker
 * holds back. `isDemanded`: somebody asks for the price (oracle rules, consensus).
 */
export async function publishDue(
  session: OracleSession,
  assets: readonly Asset[],
  { clock, observer }: PriceDependencies,
  isDemanded: boolean,
): Promise<readonly StandingPrice[]> {
  const situations = await session.loadSituations(assets);
  const now = clock.now();
  const standing: StandingPrice[] = [];
  for (const situation of situations) {
    const { asset } = situation;
    const evaluation = evaluate(situation, now, isDemanded);
    if (!isSameHeld(situation.held, evaluation.held)) {
      await session.saveHeld(asset.assetId, evaluation.held);
      if (evaluation.health === 'HALTED') observer.priceHalted({ assetId: asset.assetId });
    }
    if (evaluation.cause === undefined) {
      standing.push(standingPrice(situation, evaluation));
      continue;
    }
    const next = present(evaluation.publication, 'a cause comes with a publication');
    const publication = await session.savePublication(asset.assetId, next, evaluation.cause);
    observer.pricePublished({ assetId: asset.assetId, cause: evaluation.cause });
    standing.push({ asset, health: evaluation.health, reason: evaluation.reason, publication });
  }
  return standing;
}

/**
 * The prices of assets that somebody asks for. Reads only, unless something is due: then those
 * assets are locked, looked at again, and published.
 */
export async function demandPrices(
  store: OracleStore,
  assets: readonly Asset[],
  dependencies: PriceDependencies,
): Promise<readonly StandingPrice[]> {
  const looked = await lookAtPrices(store, assets, dependencies.clock.now());
  const due = looked.filter(({ isDue }) => isDue).map(({ price }) => price.asset.assetId);
  if (due.length === 0) return looked.map(({ price }) => price);
  const published = await store.transaction(async (session) =>
    publishDue(session, await session.lockAssets(due), dependencies, true),
  );
  const fresh = new Map(published.map((price) => [price.asset.assetId, price]));
  return looked.map(({ price }) => fresh.get(price.asset.assetId) ?? price);
}

/** Prices at a time without storing anything, and whether storing is due. */
export async function lookAtPrices(
  store: OracleStore,
  assets: readonly Asset[],
  now: Instant,
): Promise<readonly { readonly price: StandingPrice; readonly isDue: boolean }[]> {
  const situations = await store.loadSituations(assets);
  return situations.map((situation) => {
    const evaluation = evaluate(situation, now, true);
    return {
      price: standingPrice(situation, evaluation),
      isDue: evaluation.cause !== undefined || !isSameHeld(situation.held, evaluation.held),
    };
  });
}

/** Without a number of its own (the denomination asset), a publication has the number 0. */
function standingPrice(situation: StoredSituation, evaluation: Evaluation): StandingPrice {
  const { health, reason, publication } = evaluation;
  const sequence = situation.last?.sequence ?? 0n;
  return {
    asset: situation.asset,
    health,
    reason,
    publication: publication === undefined ? undefined : { ...publication, sequence },
  };
}

function isSameHeld(left: Held | undefined, right: Held | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.time === right.time && compareDecimals(left.price, right.price) === 0;
}
