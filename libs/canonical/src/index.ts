export * from './canonical-json.js';
export * from './conformance-report.js';
export * from './content-hash.js';
export * from './partition.js';
export * from './read-json.js';
export * from './sha256.js';
