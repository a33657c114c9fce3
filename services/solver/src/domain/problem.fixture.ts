import fc from 'fast-check';
import type { RoundsProblem } from './build-plan.js';
import { managerOf, policyOf, roundsProblem, strategyInput, vaultOf } from './solver.fixture.js';

const bps = (max: number) => fc.integer({ min: 0, max });

const strategiesArbitrary = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 14 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            protocol: fc.constantFrom('aave', 'marginfi', 'drift', 'perena'),
            state: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'PAUSED', 'EXIT_ONLY'),
            exotic: fc.boolean(),
            canary: fc.boolean(),
            strategyCapBps: bps(10_000),
            grossApyBps: fc.integer({ min: -200, max: 3000 }),
            feeBps: bps(60),
            riskScoreBps: bps(900),
            liquidityProfile: fc.constantFrom('INSTANT', 'SAME_DAY', 'BATCHED', 'TERM'),
            withdrawalDelayHours: bps(100),
            operationalComplexityBps: bps(520),
            oracleHealthy: fc.nat(9).map((roll) => roll > 0),
            protocolHealthy: fc.nat(9).map((roll) => roll > 0),
            withdrawalsHealthy: fc.boolean(),
          })
          .map(({ protocol, state, exotic, canary, strategyCapBps, ...snapshot }) =>
            strategyInput(id, { protocol, state, exotic, canary, strategyCapBps }, snapshot),
          ),
      ),
    ),
  );

/** Random problems: up to 14 strategies under caps that bind, every fifth not allowed, some held. */
export const problemArbitrary: fc.Arbitrary<RoundsProblem> = fc
  .record({
    strategies: strategiesArbitrary,
    minLiquidReserveBps: bps(3000),
    strategyCapBps: bps(10_000),
    protocolCaps: fc.constantFrom([], [{ protocol: 'aave', capBps: 1234 }]),
    defaultProtocolCapBps: bps(10_000),
    exoticCapBps: bps(10_000),
    marginFiCapBps: bps(10_000),
    nav: fc.bigInt({ min: 1n, max: 10n ** 36n }),
    heldBps: bps(700),
  })
  .map(({ strategies, nav, heldBps, ...limits }) =>
    roundsProblem(strategies, {
      policy: policyOf(limits),
      manager: managerOf(strategies.filter((_, index) => index % 5 !== 4)),
      vault: vaultOf({
        nav,
        weights: strategies.map(({ strategy: { assetId } }) => ({
          assetId,
          side: 'LONG',
          weightBps: heldBps,
        })),
      }),
    }),
  );
