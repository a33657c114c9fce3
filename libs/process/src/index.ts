export * from './run-client.js';
export * from './run-edge.js';
export * from './run-service.js';
