import { invariant } from '@trimtab/core';
import type { ConsumerOptions } from './bus.js';

const DURABLE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Refuses options that no bus could keep. @throws InvariantViolation naming the bad one */
export function checkConsumerOptions(options: ConsumerOptions): void {
  const { name, concurrency, ackWaitMillis, maxDeliver, backoffMillis } = options;
  invariant(DURABLE_NAME.test(name), `consumer name "${name}" must match ${DURABLE_NAME.source}`);
  checkPositive(name, 'concurrency', concurrency);
  checkPositive(name, 'ackWaitMillis', ackWaitMillis);
  checkPositive(name, 'maxDeliver', maxDeliver);
  invariant(backoffMillis.length > 0, `consumer ${name}: backoffMillis must not be empty`);
  for (const pause of backoffMillis) checkPositive(name, 'backoffMillis', pause);
}

function checkPositive(consumer: string, option: string, value: number): void {
  invariant(
    Number.isInteger(value) && value >= 1,
    `consumer ${consumer}: ${option} was ${value}, must be a whole number of at least 1`,
  );
}
