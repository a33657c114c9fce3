import type { Clock } from '@trimtab/core';
import type { Route } from '../http/route.js';
import { fromPortfolio } from '../mapping/from-portfolio.js';
import { fromTemplate } from '../mapping/from-wire.js';
import { ref } from '../schemas/schema.js';
import type { Upstream } from '../upstream.js';
import { fetchedAt } from './answers.js';
import { PORTFOLIO_QUERY } from './parameters.js';

/** More than there are templates. */
const PAGE_SIZE = 500;

/** The routes that only look: templates, without a token, and the portfolio. */
export function catalogueRoutes({
  upstream: { intents },
  clock,
}: {
  readonly upstream: Pick<Upstream, 'intents'>;
  readonly clock: Clock;
}): Route[] {
  const strategies: Route = {
    method: 'GET',
    url: '/api/v1/strategies',
    access: 'public',
    schema: {
      operationId: 'listStrategies',
      summary: 'The templates, without a token',
      tags: ['strategies'],
      response: { 200: ref('StrategyList') },
    },
    answer: async ({ signal }) => {
      // A token would be checked if it were sent, and an expired one refused.
      const page = { pageSize: PAGE_SIZE, pageToken: '' };
      const { templates } = await intents.listTemplates(page, { signal });
      const body = { strategies: templates.map(fromTemplate), fetchedAt: fetchedAt(clock) };
      return { status: 200, body };
    },
  };
  const portfolio: Route = {
    method: 'GET',
    url: '/api/v1/portfolio',
    access: 'token',
    schema: {
      operationId: 'getPortfolio',
      summary: 'What the caller has: value, drift, vaults, assets, open rebalances',
      tags: ['portfolio'],
      querystring: PORTFOLIO_QUERY,
      response: { 200: ref('PortfolioAnswer') },
    },
    answer: async (call) => {
      const answer = await intents.getPortfolio({ owner: call.query('owner') ?? '' }, call);
      if (answer.portfolio === undefined) throw new Error('there is no portfolio in the answer');
      const body = { portfolio: fromPortfolio(answer.portfolio), fetchedAt: fetchedAt(clock) };
      return { status: 200, body };
    },
  };
  return [strategies, portfolio];
}
