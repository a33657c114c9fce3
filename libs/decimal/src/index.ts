export * from './apportion.js';
export * from './base-units.js';
export * from './bps.js';
export * from './decimal.js';
export * from './human-decimal.js';
export * from './natural-log.js';
export * from './rounding.js';
