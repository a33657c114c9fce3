export * from './application/create-agents.js';
export type { TickObserver } from './application/observer.js';
export * from './application/ports.js';
export * from './application/scheduler.js';
export { composeEngine, type Engine, type EngineDependencies } from './compose.js';
export { agentSettings, engineConfig, type EngineConfig } from './config.js';
export * from './domain/index.js';
export { derivedIds } from './adapters/derived-ids.js';
export { openPorts, type OpenPorts } from './open-ports.js';
