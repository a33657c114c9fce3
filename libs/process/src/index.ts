export * from './run-edge.js';
export * from './run-service.js';
