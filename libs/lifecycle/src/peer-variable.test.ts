import { describe, expect, it } from 'vitest';
import { baseConfigSchema } from './base-config.js';
import { ConfigError, loadConfig } from './load-config.js';

const schema = baseConfigSchema.pick({ SOLVER_ADDRESS: true });
const read = (text: string): string => loadConfig(schema, { SOLVER_ADDRESS: text }).SOLVER_ADDRESS;

describe('where another service is', () => {
  it.each(['solver:50053', '127.0.0.1:50053', 'solver.trimtab.svc.cluster.local:50053'])(
    'is one name, as it is: %s',
    (text) => {
      expect(read(text)).toBe(text);
    },
  );

  it('is several addresses, balanced over by the client', () => {
    expect(read('127.0.0.1:50053,127.0.0.1:50063')).toBe('ipv4:127.0.0.1:50053,127.0.0.1:50063');
  });

  it.each([
    'solver',
    'solver:50053,other:50053',
    '127.0.0.1:50053,',
    '127.0.0.1:1,127.0.0.1:65536',
  ])('is not %s', (text) => {
    expect(() => read(text)).toThrow(ConfigError);
  });
});
