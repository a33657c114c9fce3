import type { SolverServiceService } from '@trimtab/contracts/solver';
import { AUTHENTICATED, scope, type MethodName, type Rule } from '@trimtab/grpc';

/** Who may call what, as the contract states it. Strategies, policies and plans are not secret. */
export const SOLVER_RULES: Readonly<Record<MethodName<typeof SolverServiceService>, Rule>> = {
  BuildPlan: scope('plan:write'),
  GetPlan: AUTHENTICATED,
  ListPlans: AUTHENTICATED,
  VerifyPlan: AUTHENTICATED,
  ExplainPlan: AUTHENTICATED,
  UpsertStrategy: scope('admin'),
  ListStrategies: AUTHENTICATED,
  SubmitStrategySnapshots: scope('price:write'),
  UpsertPolicy: scope('plan:write'),
  GetPolicy: AUTHENTICATED,
  UpsertManager: scope('admin'),
  GetManager: AUTHENTICATED,
};
