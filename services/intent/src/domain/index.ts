export * from './etag.js';
export * from './intent-id.js';
export * from './intent.js';
export * from './lifecycle.js';
export * from './run.js';
export * from './runtime.js';
export * from './state-change.js';
export * from './update.js';
