import { describe, expect, it } from 'vitest';
import { OrderDispatch, ExecutionReport } from './execution.js';
import { RebalanceTerms } from './ordergen.js';
import { TargetWeight } from './portfolio.js';
import { ErrorInfo } from './rpc.js';
import { Vault } from './vault.js';

describe('the generated code', () => {
  it('keeps 64-bit numbers beyond what a double can hold', () => {
    const version = 2n ** 53n + 1n;
    const bytes = Vault.encode(Vault.fromPartial({ version })).finish();
    expect(Vault.decode(bytes).version).toBe(version);
  });

  it('keeps times to the millisecond', () => {
    const occurTime = new Date('2018-04-04T00:00:00.001Z');
    const bytes = ExecutionReport.encode(ExecutionReport.fromPartial({ occurTime })).finish();
    expect(ExecutionReport.decode(bytes).occurTime).toEqual(occurTime);
  });

  it('tells the variants of a oneof apart, even with an empty value', () => {
    const exactIn = { $case: 'quantityIn', value: '' } as const;
    const bytes = OrderDispatch.encode(OrderDispatch.fromPartial({ exactIn })).finish();
    expect(OrderDispatch.decode(bytes).exactIn).toEqual(exactIn);
  });

  it('tells an absent optional field from its zero', () => {
    const absent = TargetWeight.decode(TargetWeight.encode(TargetWeight.fromPartial({})).finish());
    const stated = TargetWeight.fromPartial({ investible: false });
    expect(absent.investible).toBeUndefined();
    expect(TargetWeight.decode(TargetWeight.encode(stated).finish()).investible).toBe(false);
  });

  it('does not let a map key reach the prototype', () => {
    const metadata = new Map([['__proto__', 'x']]);
    const bytes = ErrorInfo.encode(ErrorInfo.fromPartial({ metadata })).finish();
    expect(ErrorInfo.decode(bytes).metadata.get('__proto__')).toBe('x');
    expect(Object.keys({})).toEqual([]);
  });

  it('encodes equal messages to equal bytes whatever the order of their keys', () => {
    const one = RebalanceTerms.fromPartial({ vaultId: 'v', snapshotHash: 's', fence: 1n });
    const other = RebalanceTerms.fromPartial({ fence: 1n, snapshotHash: 's', vaultId: 'v' });
    expect(RebalanceTerms.encode(one).finish()).toEqual(RebalanceTerms.encode(other).finish());
  });
});
