export * from './backoff.js';
export * from './intent-view.js';
export * from './run.js';
export * from './runtime.js';
export * from './vault.js';
export * from './work.js';
