export type {
  Bus,
  ConsumerOptions,
  Disposition,
  IncomingMessage,
  MessageHandler,
  OutgoingMessage,
  Subscription,
} from './bus.js';
export { busDependency } from './bus-dependency.js';
export { dispositionOf } from './disposition.js';
export {
  decodeExecutionReport,
  decodeOrderDispatch,
  encodeExecutionReport,
  encodeOrderDispatch,
  encodeIntentEvent,
  encodePlanEvent,
  encodePriceEvent,
  encodeRebalanceEvent,
  MESSAGE_TYPES,
  type EncodedMessage,
} from './envelope.js';
export { HEADERS } from './headers.js';
export { createInProcessBus } from './in-process-bus.js';
export { connectJetStream, type JetStreamOptions } from './jetstream-bus.js';
export { createRelay, type Relay, type RelayOptions } from './relay.js';
export { loadStreams, STREAM_NAMES, type StreamDefinition, type StreamName } from './streams.js';
export { subjectMatches, subjects, subjectToken, vaultKey, type EventKind } from './subjects.js';
