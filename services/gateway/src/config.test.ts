import { describe, expect, it } from 'vitest';
import { gatewayConfig } from './config.js';

describe('the configuration of the gateway', () => {
  it('needs no variable at all', () => {
    expect(gatewayConfig({})).toMatchObject({
      HTTP_ADDRESS: '127.0.0.1:8080',
      INTENT_ADDRESS: '127.0.0.1:50051',
      ORDERGEN_ADDRESS: '127.0.0.1:50054',
      REQUEST_TIMEOUT_MILLIS: 30_000,
      HEARTBEAT_MILLIS: 15_000,
      MAX_EVENT_STREAMS: 1_000,
    });
  });

  it.each([
    ['HTTP_ADDRESS', '8080'],
    ['HTTP_ADDRESS', '127.0.0.1:65536'],
    ['INTENT_ADDRESS', 'intent'],
    ['REQUEST_TIMEOUT_MILLIS', '0'],
    ['HEARTBEAT_MILLIS', '9'],
    ['MAX_EVENT_STREAMS', '0'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s, naming the variable', (name, value) => {
    expect(() => gatewayConfig({ [name]: value })).toThrow(name);
  });
});
