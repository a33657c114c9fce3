/** What OrderGen and executors send each other over the bus, and the hints of the events stream. */
export * from './gen/trimtab/execution/v1/execution.js';
