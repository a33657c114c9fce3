import { OrderDispatch } from '@trimtab/contracts/execution';
import { DomainFailure } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { decodeExecutionReport, decodeOrderDispatch, encodeOrderDispatch } from './envelope.js';

describe('the envelope', () => {
  const dispatch = OrderDispatch.fromPartial({ rebalanceId: 'r1', index: 3 });

  it('names the full type and reads back what was written', () => {
    const encoded = encodeOrderDispatch(dispatch);
    expect(encoded.messageType).toBe('trimtab.execution.v1.OrderDispatch');
    expect(decodeOrderDispatch(encoded)).toEqual(dispatch);
  });

  it('refuses another type and bytes that are no such message, for good', () => {
    const encoded = encodeOrderDispatch(dispatch);
    for (const read of [
      () => decodeExecutionReport(encoded),
      () => decodeOrderDispatch({ ...encoded, payload: new Uint8Array([0xff, 0xff]) }),
    ]) {
      expect(refusalOf(read)).toMatchObject({
        kind: 'INVALID_ARGUMENT',
        reason: 'MESSAGE_MALFORMED',
      });
    }
  });
});

function refusalOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error instanceof DomainFailure ? error.error : error;
  }
}
