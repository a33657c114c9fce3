import { describe, expect, it } from 'vitest';
import { DESCRIPTOR_FILES, DESCRIPTOR_SET } from './descriptors.js';
import { FileDescriptorSet } from './gen/google/protobuf/descriptor.js';

const METHODS: Readonly<Record<string, string>> = {
  'trimtab.intent.v1.IntentService':
    'CreateIntent CreateIntentFromTemplate ValidateIntent GetIntent ListIntents UpdateIntent PauseIntent ResumeIntent CancelIntent ListTemplates GetAgentPlan RebalanceIntent GetPortfolio ListRuns ListNotifications SetNotificationTargets WatchIntents ClaimDueWork ReportRuntime ListSeries CompleteIntent FailIntent',
  'trimtab.oracle.v1.OracleService':
    'RegisterAsset UpdateAsset ListAssets SubmitObservations ListPublishers GetPrice ListPrices TakeSnapshot GetSnapshot WatchPrices',
  'trimtab.solver.v1.SolverService':
    'BuildPlan GetPlan ListPlans VerifyPlan ExplainPlan UpsertStrategy ListStrategies SubmitStrategySnapshots UpsertPolicy GetPolicy UpsertManager GetManager',
  'trimtab.ordergen.v1.OrderGenService':
    'PreviewRebalance CreateRebalance ApproveRebalance CancelRebalance GetRebalance ListRebalances WatchRebalance ExplainRebalance ReplayRebalance ExportRebalance ResolveAction',
  'trimtab.vault.v1.VaultService':
    'CreateVault GetVault ListVaults ValueVault SetVaultPolicy SetVaultMode UnfreezeVault CloseVault Deposit Withdraw SplitSeries MergeSeries SettleSeries ListLedgerEntries',
  'grpc.health.v1.Health': 'Check List Watch',
  'grpc.reflection.v1.ServerReflection': 'ServerReflectionInfo',
  'grpc.reflection.v1alpha.ServerReflection': 'ServerReflectionInfo',
};

describe('the descriptors', () => {
  const symbols = new Map(
    DESCRIPTOR_FILES.flatMap((file) => file.symbols.map((symbol) => [symbol, file.name])),
  );

  it('have every service with every method', () => {
    expect(new Set(DESCRIPTOR_FILES.flatMap(({ services }) => services))).toEqual(
      new Set(Object.keys(METHODS)),
    );
    for (const [service, methods] of Object.entries(METHODS)) {
      const found = [...symbols.keys()].filter((symbol) => symbol.startsWith(`${service}.`));
      expect(found).toEqual(methods.split(' ').map((method) => `${service}.${method}`));
    }
  });

  it('have every file after the files that it imports', () => {
    const seen = new Set<string>();
    for (const file of DESCRIPTOR_FILES) {
      expect(file.dependencies.filter((name) => !seen.has(name))).toEqual([]);
      seen.add(file.name);
    }
  });

  it('declare each symbol in one file', () => {
    expect(symbols.size).toBe(DESCRIPTOR_FILES.flatMap((file) => file.symbols).length);
    expect(symbols.get('trimtab.oracle.v1.Price.State')).toBe('trimtab/oracle/v1/price.proto');
    expect(symbols.get('google.protobuf.Timestamp')).toBe('google/protobuf/timestamp.proto');
    expect(symbols.get('google.rpc.BadRequest.FieldViolation.field')).toBe(
      'google/rpc/error_details.proto',
    );
  });

  it('name the extension of fields', () => {
    expect(DESCRIPTOR_FILES.flatMap(({ extensions }) => extensions)).toEqual([
      { extendee: 'google.protobuf.FieldOptions', number: 1052 },
    ]);
  });

  it('keep the bytes of each file as they are in the set', () => {
    const framed = DESCRIPTOR_FILES.reduce((sum, { bytes }) => sum + framedLength(bytes.length), 0);
    expect(framed).toBe(DESCRIPTOR_SET.length);
    expect(FileDescriptorSet.decode(DESCRIPTOR_SET).file.map(({ name }) => name)).toEqual(
      DESCRIPTOR_FILES.map(({ name }) => name),
    );
  });
});

/** Bytes of a length-delimited field 1: one of tag, one per 7 bits of the length, and the content. */
function framedLength(length: number): number {
  return 1 + Math.max(1, Math.ceil(length.toString(2).length / 7)) + length;
}
