import { describe, expect, it } from 'vitest';
import { addressVariable, baseConfigSchema, integerVariable, jwksSource } from './base-config.js';
import { ConfigError, loadConfig } from './load-config.js';

const schema = baseConfigSchema.extend({
  GRPC_ADDRESS: addressVariable().default('127.0.0.1:50052'),
  QUORUM_COUNT: integerVariable(1, 9).default(2),
});
const least = { DATABASE_URL: 'postgres://localhost/trimtab' };

function refused(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  throw new Error('was not refused');
}

describe('loadConfig', () => {
  it('takes the defaults, also for an empty variable', () => {
    expect(loadConfig(schema, { ...least, LOG_LEVEL: '' })).toMatchObject({
      GRPC_ADDRESS: '127.0.0.1:50052',
      QUORUM_COUNT: 2,
      LOG_LEVEL: 'info',
      REFLECTION: true,
      DRAIN_TIMEOUT_MILLIS: 10_000,
    });
  });

  it('names every bad variable at once and repeats no value', () => {
    const problems = refused({
      DATABASE_URL: 'mysql://root:hunter2@db',
      GRPC_ADDRESS: 'nowhere',
      QUORUM_COUNT: '0',
      REFLECTION: 'yes',
    });
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([
      'DATABASE_URL',
      'GRPC_ADDRESS',
      'QUORUM_COUNT',
      'REFLECTION',
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('says which variable is not set', () => {
    expect(refused({})).toEqual(['DATABASE_URL is not set']);
  });

  it.each(['1', '9'])('takes a number on its bound: %s', (text) => {
    expect(loadConfig(schema, { ...least, QUORUM_COUNT: text }).QUORUM_COUNT).toBe(
      parseInt(text, 10),
    );
  });

  it.each(['0', '10', '1.5', '1e0', ' 1', '0x1'])('refuses the number %s', (text) => {
    expect(refused({ ...least, QUORUM_COUNT: text })).toEqual([
      'QUORUM_COUNT must be a whole number from 1 to 9',
    ]);
  });

  it.each(['127.0.0.1:0', 'oracle:65535', '[::1]:50051'])('takes the address %s', (text) => {
    expect(loadConfig(schema, { ...least, GRPC_ADDRESS: text }).GRPC_ADDRESS).toBe(text);
  });

  it.each(['127.0.0.1', ':50051', 'oracle:65536', 'http://oracle:1'])(
    'refuses the address %s',
    (text) => {
      expect(refused({ ...least, GRPC_ADDRESS: text })).toHaveLength(1);
    },
  );
});

describe('jwksSource', () => {
  it('takes a file or an address', () => {
    expect(jwksSource({ AUTH_JWKS_FILE: 'a', AUTH_JWKS_URL: undefined })).toEqual({ file: 'a' });
    expect(jwksSource({ AUTH_JWKS_FILE: undefined, AUTH_JWKS_URL: 'b' })).toEqual({ url: 'b' });
  });

  it('refuses none and both', () => {
    const none = { AUTH_JWKS_FILE: undefined, AUTH_JWKS_URL: undefined };
    expect(() => jwksSource(none)).toThrow(ConfigError);
    expect(() => jwksSource({ AUTH_JWKS_FILE: 'a', AUTH_JWKS_URL: 'b' })).toThrow(ConfigError);
  });
});
