import { compare, sorted, type Clock, type FieldViolation } from '@trimtab/core';
import { judgeArrival, type Position } from '../domain/arrival.js';
import type { Asset } from '../domain/asset.js';
import { isAllowed } from '../domain/consensus.js';
import type { Observation, ObservationDraft } from '../domain/observation.js';
import { parseObservation } from '../domain/parse-observation.js';
import type { OracleObserver, OracleSession } from './ports.js';
import { publishDue } from './standing-prices.js';

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
 * was accepted is stored and, where that is due, published, all in the session.
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
    const assets = await session.lockAssets(sorted(assetIds, compare));
    const byId = new Map(assets.map((asset) => [asset.assetId, asset]));
    const positions = new Map(await session.findPositions(publisher, [...byId.keys()]));

    const accepted: Observation[] = [];
    const refusals: ObservationRefusal[] = [];
    parsed.forEach((one, index) => {
      const faults = one.ok ? faultsOf(one.value, byId.get(one.value.assetId)) : one.error;
      if (!one.ok || faults.length > 0) {
        refusals.push(refusalOf(index, faults));
      } else if (judgeArrival(positions.get(one.value.assetId), one.value) === 'ACCEPTED') {
        positions.set(one.value.assetId, positionOf(one.value));
        accepted.push(one.value);
      }
    });

    await session.saveObservations(lastOfEach(accepted), now);
    const touched = new Set(accepted.map(({ assetId }) => assetId));
    const due = assets.filter(({ assetId }) => touched.has(assetId));
    await publishDue(session, due, dependencies, false);

    const ignoredCount = drafts.length - accepted.length - refusals.length;
    const counts = { acceptedCount: accepted.length, ignoredCount };
    dependencies.observer.observationsTaken({
      publisher,
      ...counts,
      refusedCount: refusals.length,
    });
    return { ...counts, refusals };
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

/** Of several accepted observations of one asset and kind, only the last is the latest. */
function lastOfEach(accepted: readonly Observation[]): readonly Observation[] {
  const last = new Map<string, Observation>();
  for (const observation of accepted) {
    last.set(`${observation.assetId} ${observation.kind}`, observation);
  }
  return [...last.values()];
}
