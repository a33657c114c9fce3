/** Messages and service of the oracle. */
export * from './gen/trimtab/oracle/v1/asset.js';
export * from './gen/trimtab/oracle/v1/observation.js';
export * from './gen/trimtab/oracle/v1/price.js';
export * from './gen/trimtab/oracle/v1/publisher.js';
export * from './gen/trimtab/oracle/v1/snapshot.js';
export * from './gen/trimtab/oracle/v1/oracle_service.js';
