import { must, same } from './difference.js';
import { floor, nearest } from './exact.js';
import { amount } from './node.js';
import type { Found, Market, Priced, Rule } from './option-inputs.js';
import { contribution, deepestFall, loss, upwards, volatility } from './option-measures.js';
import type { Inputs, Measured, Policy, Strategy } from './plan-inputs.js';

/** A line that an option has in a score. */
export interface Line {
  readonly option: string;
  readonly haircutBps: number;
}

/** The lines of a strategy, in their order; undefined when no option is on. */
export function optionLines(
  inputs: Inputs,
): ((strategy: Strategy, measured: Measured) => readonly Line[]) | undefined {
  const { policy, options } = inputs;
  const { scoring, regime, markets } = options;
  if (policy === undefined || (scoring === undefined && regime === undefined)) return undefined;
  const missing = BigInt(scoring?.missing ?? 0);
  return (strategy, measured) => {
    const market = markets.get(strategy.strategyId);
    const lines: [string, bigint | undefined][] = [];
    const history = (
      name: string,
      option: (Priced & { readonly window: number }) | undefined,
      measure: (returns: readonly bigint[]) => bigint,
    ): void => {
      if (option === undefined) return;
      const returns = latest(market, option.window);
      lines.push([name, returns && priced(measure(returns), option.threshold, option.price)]);
    };
    history('VOLATILITY', scoring?.volatility, (returns) =>
      volatility(returns, scoring?.volatility?.perYear ?? 1, 1),
    );
    history('COVARIANCE', scoring?.covariance, (returns) => {
      const { window, perYear } = scoring?.covariance ?? { window: 0, perYear: 1 };
      return contribution(returns, together(inputs, window).sum, perYear);
    });
    history('DRAWDOWN', scoring?.drawdown, (returns) => deepestFall(returns, 1));
    lines.push(...costLines(inputs, policy, strategy, measured));
    return lines.map(([option, haircut]) => ({ option, haircutBps: Number(haircut ?? missing) }));
  };
}

function costLines(
  { vault, options }: Inputs,
  policy: Policy,
  strategy: Strategy,
  measured: Measured,
): readonly [string, bigint | undefined][] {
  const { scoring, regime, markets } = options;
  const { impact, slippage, turnover } = scoring ?? {};
  const market = markets.get(strategy.strategyId);
  const cap = Math.min(strategy.cap, policy.strategyCap);
  const held = vault.live.find(
    ({ assetId, side }) => assetId === strategy.assetId && side === 'LONG',
  );
  const live = held?.weight ?? 0;
  const lines: [string, bigint | undefined][] = [];
  if (impact !== undefined) {
    const away = BigInt(Math.abs(Math.min(impact.weight, cap) - live));
    const trade = floor(amount(vault.nav) * away, 10_000n);
    const depth = market?.depth;
    const cost = depth === undefined ? undefined : upwards(trade * 10_000n, depth + trade);
    lines.push([
      'IMPACT',
      cost === undefined ? cost : priced(cost, impact.threshold, impact.price),
    ]);
  }
  if (slippage !== undefined) {
    // The smallest observation that enough others do not exceed.
    const samples = market?.slippages ?? [];
    const reached = samples.filter(
      (one) =>
        samples.filter((other) => other <= one).length * 10_000 >=
        slippage.quantile * samples.length,
    );
    const found = reached.length === 0 ? undefined : BigInt(Math.min(...reached));
    const excess = found === undefined ? found : priced(found, measured.slippage, slippage.price);
    lines.push(['SLIPPAGE', excess]);
  }
  if (regime !== undefined) {
    lines.push(['REGIME', BigInt(regime.regime === 'STRESSED' ? regime.haircut : 0)]);
  }
  if (turnover !== undefined) {
    const open = BigInt(cap - Math.min(live, cap));
    const paid = cap === 0 ? BigInt(turnover) : nearest(BigInt(turnover) * open, BigInt(cap));
    lines.push(['TURNOVER', paid]);
  }
  return lines;
}

/** Requires a regime to be the one that its rule finds, and the plan's policy to follow from it. */
export function checkRegime(inputs: Inputs): void {
  const { policy, options } = inputs;
  const { scoring, regime } = options;
  if (regime === undefined) {
    must('inputs.options.regime', scoring?.rule === undefined, 'absent', 'what the rule found');
    return;
  }
  const { path } = regime.node;
  const { sum, parts } = together(inputs, regime.window);
  const measured = parts === 0 ? undefined : Number(measureOf(regime, sum, parts));
  same(`${path}.measuredBps`, regime.measured ?? 'absent', measured ?? 'absent');
  const stressed = measured === undefined || measured >= regime.threshold;
  same(`${path}.regime`, regime.regime, stressed ? 'STRESSED' : 'CALM');
  same(
    'inputs.policy.policyId',
    policy?.id ?? '',
    stressed ? regime.stressPolicy : regime.basePolicy,
  );
  if (!stressed) {
    same('inputs.policy.version', policy?.version ?? 0, regime.baseVersion);
    same(path, ruleText(regime), scoring?.rule === undefined ? 'absent' : ruleText(scoring.rule));
  }
}

function measureOf({ rule, perYear }: Found, sum: readonly bigint[], parts: number): bigint {
  if (rule === 'DRAWDOWN') return deepestFall(sum, parts);
  return rule === 'TREND' ? loss(sum, parts) : volatility(sum, perYear, parts);
}

function ruleText({ rule, window, perYear, threshold, stressPolicy, haircut }: Rule): string {
  return [rule, window, perYear, threshold, stressPolicy, haircut].join(' ');
}

/** The sum of the latest returns of every allowed strategy that has enough. */
function together(
  { strategies, allowed, options }: Inputs,
  window: number,
): { readonly sum: readonly bigint[]; readonly parts: number } {
  const series = strategies.flatMap(({ strategyId, measured }) => {
    const returns = latest(options.markets.get(strategyId), window);
    const counts = allowed?.has(strategyId) === true && measured !== undefined;
    return counts && returns !== undefined ? [returns] : [];
  });
  const sum = Array.from({ length: window }, (_, period) =>
    series.reduce((all, one) => all + (one[period] ?? 0n), 0n),
  );
  return { sum, parts: series.length };
}

function latest(market: Market | undefined, window: number): readonly bigint[] | undefined {
  const returns = market?.returns ?? [];
  return returns.length < window ? undefined : returns.slice(returns.length - window);
}

function priced(measured: bigint, threshold: number, price: number): bigint {
  const excess = measured - BigInt(threshold);
  return excess <= 0n ? 0n : nearest(excess * BigInt(price), 10_000n);
}
