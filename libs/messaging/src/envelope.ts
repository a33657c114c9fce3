import {
  ExecutionReport,
  IntentEvent,
  OrderDispatch,
  PlanEvent,
  PriceEvent,
  RebalanceEvent,
} from '@trimtab/contracts/execution';
import { domainError, DomainFailure } from '@trimtab/core';

/** Full type names of the payloads, as the header `Trimtab-Message` carries them. */
export const MESSAGE_TYPES = {
  orderDispatch: 'trimtab.execution.v1.OrderDispatch',
  executionReport: 'trimtab.execution.v1.ExecutionReport',
  intentEvent: 'trimtab.execution.v1.IntentEvent',
  priceEvent: 'trimtab.execution.v1.PriceEvent',
  planEvent: 'trimtab.execution.v1.PlanEvent',
  rebalanceEvent: 'trimtab.execution.v1.RebalanceEvent',
} as const;

/** A payload with its type name: spread it into an outgoing message or an outbox row. */
export interface EncodedMessage {
  readonly messageType: string;
  readonly payload: Uint8Array;
}

/** What a received message must have for its payload to be read. */
type Received = EncodedMessage;

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

export const encodeOrderDispatch = encoder(MESSAGE_TYPES.orderDispatch, OrderDispatch);
export const encodeExecutionReport = encoder(MESSAGE_TYPES.executionReport, ExecutionReport);
export const encodeIntentEvent = encoder(MESSAGE_TYPES.intentEvent, IntentEvent);
export const encodePriceEvent = encoder(MESSAGE_TYPES.priceEvent, PriceEvent);
export const encodePlanEvent = encoder(MESSAGE_TYPES.planEvent, PlanEvent);
export const encodeRebalanceEvent = encoder(MESSAGE_TYPES.rebalanceEvent, RebalanceEvent);

/** Reads an order. @throws DomainFailure MESSAGE_MALFORMED (no retry helps) */
export const decodeOrderDispatch = decoder(MESSAGE_TYPES.orderDispatch, OrderDispatch);
/** Reads a report. @throws DomainFailure MESSAGE_MALFORMED (no retry helps) */
export const decodeExecutionReport = decoder(MESSAGE_TYPES.executionReport, ExecutionReport);

function encoder<T>(messageType: string, codec: Codec<T>): (message: T) => EncodedMessage {
  return (message) => ({ messageType, payload: codec.encode(message).finish() });
}

function decoder<T>(messageType: string, codec: Codec<T>): (message: Received) => T {
  return (message) => {
    if (message.messageType !== messageType) {
      throw malformed(`message type was "${message.messageType}", must be "${messageType}"`);
    }
    try {
      return codec.decode(message.payload);
    } catch (cause) {
      throw malformed(`payload is not a ${messageType}`, cause);
    }
  };
}

function malformed(message: string, cause?: unknown): DomainFailure {
  return new DomainFailure(domainError('INVALID_ARGUMENT', 'MESSAGE_MALFORMED', message), {
    cause,
  });
}
