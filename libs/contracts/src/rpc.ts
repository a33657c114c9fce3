/** google.rpc.Status and its details, as every refused call carries them. */
export * from './gen/google/protobuf/any.js';
export * from './gen/google/protobuf/duration.js';
export * from './gen/google/rpc/code.js';
export * from './gen/google/rpc/error_details.js';
export * from './gen/google/rpc/status.js';
