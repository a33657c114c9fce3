import { describe, expect, it } from 'vitest';
import { baseConfigSchema, tlsFiles } from './base-config.js';
import { ConfigError } from './load-config.js';

const ALL = {
  TLS_CERTIFICATE_FILE: 'service.cert.pem',
  TLS_PRIVATE_KEY_FILE: 'service.key.pem',
  TLS_AUTHORITIES_FILE: 'authority.cert.pem',
};

describe('the files of mutual TLS', () => {
  it('are absent when nothing is set', () => {
    expect(tlsFiles({})).toBeUndefined();
  });

  it('are all three', () => {
    expect(tlsFiles(ALL)).toEqual({
      certificateFile: 'service.cert.pem',
      privateKeyFile: 'service.key.pem',
      authoritiesFile: 'authority.cert.pem',
    });
  });

  it.each(Object.keys(ALL))('are refused when only %s is missing, never half used', (name) => {
    expect(() => tlsFiles({ ...ALL, [name]: undefined })).toThrow(ConfigError);
  });
});

describe('the variables of telemetry', () => {
  const read = (name: string, value: string) =>
    baseConfigSchema.pick({ METRICS_ADDRESS: true, OTEL_TRACES_SAMPLER_ARG: true }).safeParse({
      [name]: value,
    });

  it.each(['127.0.0.1:9464', '0.0.0.0:0', 'off'])('take %s for METRICS_ADDRESS', (value) => {
    expect(read('METRICS_ADDRESS', value).data?.METRICS_ADDRESS).toBe(value);
  });

  it.each(['', '9464', '127.0.0.1', '127.0.0.1:65536', 'OFF'])('refuse %j for it', (value) => {
    expect(read('METRICS_ADDRESS', value).success).toBe(false);
  });

  it.each([
    ['0', 0],
    ['0.25', 0.25],
    ['1', 1],
  ])('take %s for OTEL_TRACES_SAMPLER_ARG', (value, share) => {
    expect(read('OTEL_TRACES_SAMPLER_ARG', value).data?.OTEL_TRACES_SAMPLER_ARG).toBe(share);
  });

  it.each(['', '1.01', '-0.1', '25 %', 'all'])('refuse %j for that', (value) => {
    expect(read('OTEL_TRACES_SAMPLER_ARG', value).success).toBe(false);
  });

  it('serve metrics on loopback and record a tenth of the traces unless told otherwise', () => {
    expect(read('METRICS_ADDRESS', '127.0.0.1:9464').data).toEqual({
      METRICS_ADDRESS: '127.0.0.1:9464',
      OTEL_TRACES_SAMPLER_ARG: 0.1,
    });
  });
});
