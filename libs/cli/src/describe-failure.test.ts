import { describe, expect, it } from 'vitest';
import { DomainFailure, domainError } from '@trimtab/core';
import { describeFailure } from './describe-failure.js';

describe('describeFailure', () => {
  const refusal = new DomainFailure(
    domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', 'there is no rebalance nope', {
      rebalance_id: 'nope',
    }),
  );

  it('says the reason and the message of a refusal in one line', () => {
    expect(describeFailure(refusal, false)).toBe(
      'trimtab: REBALANCE_NOT_FOUND: there is no rebalance nope',
    );
  });

  it('says the same as one JSON document', () => {
    expect(JSON.parse(describeFailure(refusal, true))).toEqual({
      error: {
        reason: 'REBALANCE_NOT_FOUND',
        message: 'there is no rebalance nope',
        metadata: { rebalance_id: 'nope' },
      },
    });
  });

  it('lists every broken field with its path in JSON', () => {
    const violations = [{ field: 'type', reason: 'FIELD_INVALID', message: 'was "x"' }];
    const invalid = domainError('INVALID_ARGUMENT', 'INTENT_INVALID', 'the intent has 1 error');
    const failure = new DomainFailure({ ...invalid, violations });
    expect(JSON.parse(describeFailure(failure, true))).toMatchObject({ error: { violations } });
  });

  it('names the causes of other errors without a stack', () => {
    const error = new Error('cannot listen on 127.0.0.1:1', {
      cause: new Error('permission denied'),
    });
    expect(describeFailure(error, false)).toBe(
      'trimtab: cannot listen on 127.0.0.1:1: permission denied',
    );
  });
});
