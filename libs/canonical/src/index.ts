export * from './canonical-json.js';
export * from './content-hash.js';
export * from './partition.js';
