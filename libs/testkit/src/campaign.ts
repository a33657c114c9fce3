/**
 * Whether the long form of every test runs: `TRIMTAB_CAMPAIGN=full`, as `make campaign` sets it. The one
 * place that reads it.
 */
export function isCampaign(): boolean {
  return process.env['TRIMTAB_CAMPAIGN'] === 'full';
}

/** How many cases a test runs: `short` in `make test`, `full` in `make campaign`. */
export function campaignCount(short: number, full: number): number {
  return isCampaign() ? full : short;
}
