import { describe, expect, it } from 'vitest';
import { tlsFiles } from './base-config.js';
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
