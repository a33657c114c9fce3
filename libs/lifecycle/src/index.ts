export * from './base-config.js';
export * from './clocks.js';
export * from './component.js';
export * from './in-flight.js';
export * from './load-config.js';
export * from './node-sha256.js';
export * from './poller.js';
export * from './run-until-signal.js';
