import {
  Observation_Kind as ObservationKind,
  type Observation,
  type SubmitObservationsRequest,
  type SubmitObservationsResponse,
} from '@trimtab/contracts/oracle';
import type { FeedObservation } from './feed.js';

/** Most observations of one SubmitObservations call. */
export const MAX_BATCH_SIZE = 1000;

/** What a feed needs of the oracle: a call with the credentials of one publisher. */
export interface SubmitPort {
  submit(publisher: string, observations: readonly FeedObservation[]): Promise<SubmitOutcome>;
}

/** What the oracle answered to one call. */
export interface SubmitOutcome {
  readonly acceptedCount: number;
  readonly ignoredCount: number;
  readonly refusals: readonly {
    readonly index: number;
    readonly reason: string;
    readonly message?: string;
  }[];
}

/** The method of a client of the oracle. */
export interface SubmittingClient {
  submitObservations(request: SubmitObservationsRequest): Promise<SubmitObservationsResponse>;
}

/** Submits over gRPC; each publisher has a client with credentials of its own. */
export function createSubmitPort(clientOf: (publisher: string) => SubmittingClient): SubmitPort {
  return {
    async submit(publisher, observations) {
      const answer = await clientOf(publisher).submitObservations({
        requestId: '',
        observations: observations.map(toMessage),
      });
      const { acceptedCount, ignoredCount, refusals } = answer;
      return { acceptedCount, ignoredCount, refusals };
    },
  };
}

function toMessage(observation: FeedObservation): Observation {
  const isPrice = observation.kind === 'PRICE';
  return {
    publisher: '',
    kind: isPrice ? ObservationKind.KIND_PRICE : ObservationKind.KIND_QUOTE,
    assetId: observation.assetId,
    priceDecimal: isPrice ? observation.price : '',
    bidDecimal: isPrice ? '' : observation.bid,
    askDecimal: isPrice ? '' : observation.ask,
    confidenceDecimal: '',
    observeTime: new Date(observation.observeTime),
    sequence: observation.sequence,
  };
}
