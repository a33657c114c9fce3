/** Messages and service of the solver. */
export * from './gen/trimtab/solver/v1/explanation.js';
export * from './gen/trimtab/solver/v1/options.js';
export * from './gen/trimtab/solver/v1/strategy.js';
export * from './gen/trimtab/solver/v1/policy.js';
export * from './gen/trimtab/solver/v1/manager.js';
export * from './gen/trimtab/solver/v1/plan.js';
export * from './gen/trimtab/solver/v1/solver_service.js';
