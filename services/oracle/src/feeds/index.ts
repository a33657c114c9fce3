export * from './price-csv.js';
export * from './replay-publisher.js';
export * from './replay-ticks.js';
