export * from './execution-report.js';
export * from './failure-reason.js';
export * from './order.js';
export * from './paper-fill.js';
export * from './paper-script.js';
export * from './paper-short.js';
export * from './paper-trade.js';
export * from './revalidate.js';
