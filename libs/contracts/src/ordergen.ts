/** Messages and service of order generation. */
export * from './gen/trimtab/ordergen/v1/rebalance.js';
export * from './gen/trimtab/ordergen/v1/ordergen_service.js';
