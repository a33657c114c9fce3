import { describe, expect, it } from 'vitest';
import { seesEverything } from './access.js';
import type { Caller } from './ports.js';

const caller = (fields: Partial<Caller>): Caller => ({
  subject: 'ada',
  scopes: new Set(),
  ...fields,
});

describe('every vault is seen', () => {
  it.each<[string, boolean, Partial<Caller>]>([
    ['by an admin', true, { scopes: new Set(['admin']) }],
    ['by the engine', true, { scopes: new Set(['engine']) }],
    ['by a service for itself', true, { subject: 'service:solver', actor: 'service:solver' }],
    ['not by a service for a user', false, { actor: 'service:intent' }],
    [
      'not by a service for a user named as one',
      false,
      { subject: 'service:x', actor: 'service:y' },
    ],
    ['not by a user with the name of a service', false, { subject: 'service:solver' }],
    ['not by a user', false, {}],
  ])('%s: %s', (_, sees, fields) => {
    expect(seesEverything(caller(fields))).toBe(sees);
  });
});
