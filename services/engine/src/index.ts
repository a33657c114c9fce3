export * from './application/ports.js';
export * from './domain/index.js';
