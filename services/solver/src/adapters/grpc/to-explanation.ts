import * as wire from '@trimtab/contracts/solver';
import {
  type Change,
  type ChangeKind,
  type Exclusion,
  type ExplanationLine,
  type Plan,
  type WaterfallLine,
} from '../../domain/index.js';
import { candidateFilters, capKinds, enumNames } from './enum-names.js';
import { toRound, toScore } from './to-plan.js';

const lineKinds = enumNames<ExplanationLine['kind'], wire.ExplanationLine_Kind>({
  GRANT: wire.ExplanationLine_Kind.KIND_GRANT,
  RESERVE: wire.ExplanationLine_Kind.KIND_RESERVE,
  IDLE: wire.ExplanationLine_Kind.KIND_IDLE,
});

const changeKinds = enumNames<ChangeKind, wire.AdmittingChange_Kind>({
  SNAPSHOT: wire.AdmittingChange_Kind.KIND_SNAPSHOT,
  ALLOWED: wire.AdmittingChange_Kind.KIND_ALLOWED,
  ACTIVE: wire.AdmittingChange_Kind.KIND_ACTIVE,
  ORACLE_HEALTHY: wire.AdmittingChange_Kind.KIND_ORACLE_HEALTHY,
  PROTOCOL_HEALTHY: wire.AdmittingChange_Kind.KIND_PROTOCOL_HEALTHY,
  GROSS_APY: wire.AdmittingChange_Kind.KIND_GROSS_APY,
  STRATEGY_CAP: wire.AdmittingChange_Kind.KIND_STRATEGY_CAP,
  POLICY_STRATEGY_CAP: wire.AdmittingChange_Kind.KIND_POLICY_STRATEGY_CAP,
  PROTOCOL_CAP: wire.AdmittingChange_Kind.KIND_PROTOCOL_CAP,
  EXOTIC_CAP: wire.AdmittingChange_Kind.KIND_EXOTIC_CAP,
  MARGINFI_CAP: wire.AdmittingChange_Kind.KIND_MARGIN_FI_CAP,
  RESERVE: wire.AdmittingChange_Kind.KIND_RESERVE,
});

/** A part of the 10 000 bps, with the score and the grants of its strategy. */
export function toLine(
  plan: Plan,
  line: ExplanationLine,
  waterfall: readonly WaterfallLine[],
): wire.ExplanationLine {
  const { strategyId } = line;
  const assessment = plan.scores.find((one) => one.strategyId === strategyId);
  const granted = plan.rounds.flatMap((round, index) =>
    toRound(round, index)
      .grants.filter((grant) => grant.strategyId === strategyId)
      .map((grant) => ({ grant, round: index + 1 })),
  );
  return {
    kind: lineKinds.toWire(line.kind),
    strategyId: strategyId ?? '',
    assetId: line.assetId ?? '',
    weightBps: line.weightBps,
    text: line.text,
    score: assessment === undefined ? undefined : toScore(assessment),
    grants: granted.map(({ grant }) => grant),
    grantRounds: granted.map(({ round }) => round),
    waterfall: [...waterfall],
  };
}

/** A strategy that got nothing, and what would change that. */
export function toExclusion(
  { strategyId, failedFilter, clippedBy, text }: Exclusion,
  waterfall: readonly WaterfallLine[],
  admittingChange: string,
  change: Change | undefined,
): wire.Exclusion {
  return {
    strategyId,
    failedFilter:
      failedFilter === undefined
        ? wire.CandidateFilter.CANDIDATE_FILTER_UNSPECIFIED
        : candidateFilters.toWire(failedFilter),
    clippedBy:
      clippedBy === undefined ? wire.CapKind.CAP_KIND_UNSPECIFIED : capKinds.toWire(clippedBy),
    text,
    admittingChange,
    change: change === undefined ? undefined : toChange(change),
    waterfall: [...waterfall],
  };
}

function toChange({ kind, name, from, to }: Change): wire.AdmittingChange {
  return { kind: changeKinds.toWire(kind), name: name ?? '', from, to };
}
