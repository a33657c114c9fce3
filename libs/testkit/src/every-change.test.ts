import { describe, expect, it } from 'vitest';
import { OrderDispatch } from '@trimtab/contracts/execution';
import { ListStrategiesRequest, ProtocolCap } from '@trimtab/contracts/solver';
import { everyChange } from './every-change.js';

const fields = (changes: readonly { readonly field: string }[]): readonly string[] =>
  changes.map(({ field }) => field);

describe('every change of a message', () => {
  it('changes each field of the contract once, and nothing else', () => {
    const cap = ProtocolCap.fromPartial({ protocol: 'aave', capBps: 5 });
    expect(everyChange('trimtab.solver.v1.ProtocolCap', cap)).toEqual([
      { field: 'protocol', changed: { protocol: 'aava', capBps: 5 } },
      { field: 'cap_bps', changed: { protocol: 'aave', capBps: 6 } },
    ]);
    expect(cap).toEqual({ protocol: 'aave', capBps: 5 });
  });

  it('shortens lists and changes their first entry', () => {
    const request = ListStrategiesRequest.fromPartial({ states: [1, 2], strategyIds: ['7'] });
    const changes = everyChange('trimtab.solver.v1.ListStrategiesRequest', request);
    expect(
      changes.slice(2).map(({ field, changed }) => [field, changed.states, changed.strategyIds]),
    ).toEqual([
      ['states', [2], ['7']],
      ['states[0]', [2, 2], ['7']],
      ['strategy_ids', [1, 2], []],
      ['strategy_ids[0]', [1, 2], ['8']],
    ]);
  });

  it('refuses a sample that leaves out a list, unless it says so', () => {
    const request = ListStrategiesRequest.fromPartial({ states: [1] });
    const type = 'trimtab.solver.v1.ListStrategiesRequest';
    expect(() => everyChange(type, request)).toThrow('no strategy_ids');
    const changes = everyChange(type, request, { absent: ['strategy_ids'] });
    expect(fields(changes)).toEqual(['page_size', 'page_token', 'states', 'states[0]']);
  });

  it('sets each choice of a union', () => {
    const dispatch = OrderDispatch.fromPartial({ exactIn: { $case: 'quantityIn', value: '2' } });
    const changes = everyChange('trimtab.execution.v1.OrderDispatch', dispatch);
    expect(changes[0]).toMatchObject({ field: 'order_id', changed: { orderId: 'b' } });
    const unions = changes.filter(({ field }) => field.endsWith('_in'));
    expect(unions.map(({ changed }) => changed.exactIn)).toEqual([
      { $case: 'quantityIn', value: '3' },
      { $case: 'underlyingIn', value: 'b' },
    ]);
  });
});
