export * from './attributes.js';
export * from './logger.js';
export * from './propagation.js';
export * from './redact.js';
export * from './span.js';
export * from './start-telemetry.js';
