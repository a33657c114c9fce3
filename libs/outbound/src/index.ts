export {
  createOutboundClient,
  type OutboundClient,
  type OutboundOptions,
  type OutboundRequest,
  type TargetCheck,
} from './client.js';
export type { OutboundResponse } from './exchange.js';
export { OutboundFailure, type OutboundReason } from './failure.js';
export type { Resolve, ResolvedAddress } from './guarded-lookup.js';
