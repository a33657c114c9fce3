export * from './backoff.js';
export * from './intent-view.js';
export * from './runtime.js';
export * from './work.js';
