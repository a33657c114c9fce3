import { compare, sorted, type Clock, type FieldViolation } from '@trimtab/core';
import { judgeArrival, type Position } from '../domain/arrival.js';
import type { Asset } from '../domain/asset.js';
import type { AssetRecord } from '../domain/asset-record.js';
import { isAllowed } from '../domain/consensus.js';
import type { Observation, ObservationDraft } from '../domain/observation.js';
import { parseObservation } from '../domain/parse-observation.js';
import type { OracleObserver, OracleSession, OutcomeCount } from './ports.js';
import { settle, type Touched } from './standing-prices.js';

/** Why one observation of a batch was refused. */
export interface ObservationRefusal {
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly reason: string;
  readonly message: string;
}

/** What became of a batch: accepted + ignored + refused are all of it. */
export interface SubmitOutcome {
  readonly acceptedCount: number;
  readonly ignoredCount: number;
  readonly refusals: readonly ObservationRefusal[];
}

/**
 * Takes a batch of one publisher in its order. A refused observation does not stop the others. What
 * was accepted is stored and, where that is due, published, and every outcome is counted, all in the
 * session.
 */
export type SubmitObservations = (
  session: OracleSession,
  publisher: string,
  drafts: readonly ObservationDraft[],
) => Promise<SubmitOutcome>;

/** Creates the use case. */
export function createSubmitObservations(dependencies: {
  readonly clock: Clock;
  readonly observer: OracleObserver;
}): SubmitObservations {
  return async (session, publisher, drafts) => {
    const now = dependencies.clock.now();
    const parsed = drafts.map((draft) => parseObservation(draft, publisher, now));
    const assetIds = new Set(parsed.flatMap((one) => (one.ok ? [one.value.assetId] : [])));
    const records = await session.lockRecords(sorted(assetIds, compare));
    const byId = new Map(records.map((record) => [record.asset.assetId, record]));
    const positions = new Map(
      records.map((record) => [record.asset.assetId, positionIn(record, publisher)]),
    );

    const accepted = new Map<string, Observation[]>();
    const refusals: ObservationRefusal[] = [];
    const outcomes: string[] = [];
    parsed.forEach((one, index) => {
      const faults = one.ok ? faultsOf(one.value, byId.get(one.value.assetId)?.asset) : one.error;
      if (!one.ok || faults.length > 0) {
        const refusal = refusalOf(index, faults);
        refusals.push(refusal);
        outcomes.push(refusal.reason);
        return;
      }
      const { value } = one;
      const arrival = judgeArrival(positions.get(value.assetId), value);
      outcomes.push(arrival);
      if (arrival !== 'ACCEPTED') return;
      positions.set(value.assetId, positionOf(value));
      const own = accepted.get(value.assetId);
      if (own === undefined) accepted.set(value.assetId, [value]);
      else own.push(value);
    });

    const touched = records.flatMap((record): readonly Touched[] => {
      const observations = accepted.get(record.asset.assetId) ?? [];
      if (observations.length === 0) return [];
      return [{ record: recordWith(record, observations), observations, isChanged: true }];
    });
    const counts = countOutcomes(publisher, outcomes);
    await settle(session, touched, dependencies, { isDemanded: false, counts });

    const acceptedCount = outcomes.filter((outcome) => outcome === 'ACCEPTED').length;
    const ignoredCount = drafts.length - acceptedCount - refusals.length;
    dependencies.observer.observationsTaken({
      publisher,
      acceptedCount,
      ignoredCount,
      refusedCount: refusals.length,
    });
    return { acceptedCount, ignoredCount, refusals };
  };
}

/** What is wrong with an observation once its asset is known. */
function faultsOf(observation: Observation, asset: Asset | undefined): readonly FieldViolation[] {
  const { assetId, publisher } = observation;
  if (asset === undefined) {
    const message = `no asset ${assetId} is registered`;
    return [{ field: 'asset_id', reason: 'ASSET_NOT_FOUND', message }];
  }
  if (asset.denomination) {
    const message = `was ${assetId}, the denomination asset, whose price is always 1`;
    return [{ field: 'asset_id', reason: 'FIELD_INVALID', message }];
  }
  if (!isAllowed(asset, publisher)) {
    const message = `publisher ${publisher} may not price ${assetId}, allowed are ${asset.publishers.join(', ')}`;
    return [{ field: 'publisher', reason: 'PUBLISHER_NOT_ALLOWED', message }];
  }
  return [];
}

/** The first violation gives the reason, all of them the message. */
function refusalOf(index: number, faults: readonly FieldViolation[]): ObservationRefusal {
  const message = faults.map((fault) => `${fault.field}: ${fault.message}`).join('; ');
  return { index, reason: faults[0]?.reason ?? 'FIELD_INVALID', message };
}

function positionOf({ sequence, observeTime }: Observation): Position {
  return { sequence, observeTime };
}

/** The latest observation of a publisher in a record, of either kind. */
function positionIn(record: AssetRecord, publisher: string): Position | undefined {
  const price = record.latest.find((one) => one.publisher === publisher);
  const quote = record.quotes.find((one) => one.publisher === publisher);
  if (price === undefined || quote === undefined) return price ?? quote;
  return price.sequence > quote.sequence ? price : quote;
}

/** The record with the latest observation of each kind replaced. */
function recordWith(record: AssetRecord, observations: readonly Observation[]): AssetRecord {
  let { latest, quotes } = record;
  for (const one of observations) {
    if (one.kind === 'PRICE') latest = replaced(latest, one);
    else quotes = replaced(quotes, one);
  }
  return { ...record, latest, quotes };
}

function replaced<T extends Observation>(list: readonly T[], one: T): readonly T[] {
  const others = list.filter(({ publisher }) => publisher !== one.publisher);
  return sorted([...others, one], (left, right) => compare(left.publisher, right.publisher));
}

function countOutcomes(publisher: string, outcomes: readonly string[]): readonly OutcomeCount[] {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => ({ publisher, outcome, count }));
}
