import * as wire from '@trimtab/contracts/vault';
import { instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { createFields, type CallContext, type FieldReader, type Handlers } from '@trimtab/grpc';
import { parseSeriesId, type Series } from '@trimtab/option-index';
import type { ExchangeSeries } from '../../application/exchange-series.js';
import type { FundsResponse } from '../../application/move-funds.js';
import type { SettleSeries } from '../../application/settle-series.js';
import { vaultNotFound } from '../../application/refusals.js';
import { ID, MAX_AMOUNT, outgoing, requestKey, type RequestCodec } from './request.js';
import { toLedgerMessage, toVaultMessage } from './vault-messages.js';

/** The use cases of option series. */
export interface SeriesUseCases {
  readonly split: ExchangeSeries;
  readonly merge: ExchangeSeries;
  readonly settle: SettleSeries;
}

const SERVICE = 'trimtab.vault.v1.VaultService';

/** Handlers of what a vault does with option series. */
export function createSeriesHandlers(
  series: SeriesUseCases,
  fundsResponse: FundsResponse,
): Pick<Handlers<typeof wire.VaultServiceService>, 'SplitSeries' | 'MergeSeries' | 'SettleSeries'> {
  return {
    SplitSeries: async (request, context) => {
      const given = { method: `${SERVICE}/SplitSeries`, codec: wire.SplitSeriesRequest };
      const { command, key } = readExchange(request, context, given);
      const response = await series.split(command, key, outgoing(context), fundsResponse);
      return wire.SplitSeriesResponse.decode(response);
    },
    MergeSeries: async (request, context) => {
      const given = { method: `${SERVICE}/MergeSeries`, codec: wire.MergeSeriesRequest };
      const { command, key } = readExchange(request, context, given);
      const response = await series.merge(command, key, outgoing(context), fundsResponse);
      return wire.MergeSeriesResponse.decode(response);
    },
    SettleSeries: async (request, context) => {
      const fields = createFields();
      const given = { request, codec: wire.SettleSeriesRequest };
      const key = requestKey(fields, context, `${SERVICE}/SettleSeries`, given);
      const command = {
        vaultId: fields.text('vault_id', request.vaultId, ID),
        series: readSeries(fields, request.seriesId),
      };
      fields.done();
      const response = await series.settle(
        command,
        key,
        outgoing(context),
        async (session, entries, paid) => {
          const vault =
            (await session.findVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
          return wire.SettleSeriesResponse.encode({
            vault: toVaultMessage(vault),
            entries: entries.map(toLedgerMessage),
            settlementPriceDecimal: formatDecimal(paid.price),
            settlementPriceTime: new Date(paid.publishTime),
          }).finish();
        },
      );
      return wire.SettleSeriesResponse.decode(response);
    },
  };
}

function readExchange<Request extends wire.SplitSeriesRequest | wire.MergeSeriesRequest>(
  request: Request,
  context: CallContext,
  given: { readonly method: string; readonly codec: RequestCodec<Request> },
) {
  const fields = createFields();
  const key = requestKey(fields, context, given.method, { request, codec: given.codec });
  const command = {
    vaultId: fields.text('vault_id', request.vaultId, ID),
    series: readSeries(fields, request.seriesId),
    amount: fields.amount('amount', request.amount, { positive: true, max: MAX_AMOUNT }),
  };
  fields.done();
  return { command, key };
}

const NONE: Series = { base: '', strike: 1n, maturity: instant(0) };

/** The id of a series without its half; its day must be one of the calendar. */
function readSeries(fields: FieldReader, text: string): Series {
  const id = fields.text('series_id', text, { maxLength: 64 });
  const parsed = parseSeriesId(id);
  if (parsed.ok) return parsed.value;
  if (id !== '') fields.violation('series_id', 'FIELD_INVALID', parsed.error);
  return NONE;
}
