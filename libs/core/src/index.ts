export * from './compare.js';
export * from './domain-error.js';
export * from './instant.js';
export * from './invariant.js';
export * from './ports.js';
export * from './quoted.js';
export * from './result.js';
