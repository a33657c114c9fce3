import { createInProcessBus } from '@trimtab/messaging';
import { silentLogger } from '@trimtab/telemetry';
import { describe, expect, it } from 'vitest';
import { createHints } from './hints.js';

function hint(kind: string, number: number) {
  return {
    subject: `trimtab.events.v1.${kind}.one`,
    messageId: `${kind}/${number}/0`,
    eventId: `${kind}/${number}`,
    messageType: 'trimtab.execution.v1.IntentEvent',
    payload: new Uint8Array(),
  };
}

describe('hints', () => {
  it('wake the engine when an intent or a rebalance changed, and nothing else does', async () => {
    const bus = createInProcessBus({ logger: silentLogger() });
    let wakes = 0;
    const hints = createHints(bus, () => (wakes += 1));
    await hints.start();
    await bus.publish(hint('price', 1));
    await bus.publish(hint('intent', 1));
    await bus.publish(hint('rebalance', 1));
    await expect.poll(() => wakes).toBe(2);
    await hints.stop();
    await bus.publish(hint('intent', 2));
    await bus.close();
    expect(wakes).toBe(2);
  });
});
