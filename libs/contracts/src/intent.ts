/** Messages and service of intents. */
export * from './gen/trimtab/intent/v1/agent.js';
export * from './gen/trimtab/intent/v1/intent.js';
export * from './gen/trimtab/intent/v1/notification.js';
export * from './gen/trimtab/intent/v1/portfolio_summary.js';
export * from './gen/trimtab/intent/v1/run.js';
export * from './gen/trimtab/intent/v1/template.js';
export * from './gen/trimtab/intent/v1/intent_service.js';
