import { PlanMode, SolverServiceService, type BuildPlanRequest } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { allPages, createServiceClient } from '@trimtab/grpc';
import type { PlanRequest, SolverPort } from '../../application/remote-ports.js';
import { sideWords } from '../grpc/enum-words.js';
import { SERVICE_NAME, type Address, type ClientSettings } from './addresses.js';

/** The solver over gRPC. */
export function createSolverClient(
  address: Address,
  settings: ClientSettings,
): SolverPort & { close(): void } {
  const client = createServiceClient({
    definition: SolverServiceService,
    address,
    serviceName: SERVICE_NAME,
    ...settings,
  });
  return {
    strategyAssets: async (strategyIds, call) => {
      const strategies = await allPages(async (page) => {
        const response = await client.listStrategies(
          { ...page, strategyIds: [...strategyIds], states: [] },
          call,
        );
        return { items: response.strategies, nextPageToken: response.nextPageToken };
      });
      return strategies.flatMap(({ strategy }) =>
        strategy === undefined ? [] : [strategy.assetId],
      );
    },
    buildPlan: async (request, call) => {
      const response = await client.buildPlan(toBuildPlan(request), call);
      const { planHash, noOp, totalDeltaBps } = present(response.plan, 'BuildPlan answers a plan');
      return { planHash, noOp, totalDeltaBps };
    },
    close: () => client.close(),
  };
}

function toBuildPlan(request: PlanRequest): BuildPlanRequest {
  const { requestId, vaultId, valuation, snapshotHash, generateTime } = request;
  return {
    requestId,
    ...modeFields(request.weights),
    vault: {
      vaultId,
      vaultVersion: BigInt(valuation.vaultVersion),
      nav: valuation.nav,
      weights: valuation.weights.map(({ side, ...weight }) => ({
        ...weight,
        side: sideWords.toWire[side],
      })),
    },
    snapshotHash,
    generateTime: new Date(generateTime),
    options: undefined,
    validateOnly: false,
    includeCertificate: false,
  };
}

function modeFields(
  weights: PlanRequest['weights'],
): Pick<BuildPlanRequest, 'mode' | 'policyId' | 'managerId' | 'allowedStrategies' | 'targets'> {
  if (weights.mode === 'ROUNDS') {
    const { policyId, managerId, allowedStrategies } = weights;
    return {
      mode: PlanMode.PLAN_MODE_ROUNDS,
      policyId,
      managerId: managerId ?? '',
      allowedStrategies: [...allowedStrategies],
      targets: [],
    };
  }
  return {
    mode: PlanMode.PLAN_MODE_EXPLICIT,
    policyId: weights.policyId ?? '',
    managerId: '',
    allowedStrategies: [],
    targets: weights.targets.map(({ side, kappa, ...target }) => ({
      ...target,
      side: sideWords.toWire[side],
      kappaDecimal: kappa ?? '',
      strategyId: '',
    })),
  };
}
