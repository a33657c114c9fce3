export * from './etag.js';
export * from './intent.js';
export * from './intent-id.js';
export * from './lifecycle.js';
export * from './run.js';
