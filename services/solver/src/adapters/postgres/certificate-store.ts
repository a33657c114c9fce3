import { z } from 'zod';
import { canonicalJson } from '@trimtab/canonical';
import { sql, type Kysely } from '@trimtab/storage';
import type { CertificateStore } from '../../application/certificates.js';
import { certificateDocument, certificateHashOf, type Certificate } from '../../domain/index.js';
import type { SolverTables } from './tables.js';

/** Certificates, and the plans that still have none. */
export function createCertificateStore(db: Kysely<SolverTables>): CertificateStore {
  return {
    expectCertificate: async (planHash) => {
      await db
        .insertInto('plan_certificates')
        .values({ plan_hash: planHash })
        .onConflict((conflict) => conflict.column('plan_hash').doNothing())
        .execute();
    },
    saveCertificate: async (certificate) => {
      const document = canonicalJson(certificateDocument(certificate));
      await db
        .insertInto('plan_certificates')
        .values({ plan_hash: certificate.planHash, certificate: document })
        .onConflict((conflict) =>
          conflict
            .column('plan_hash')
            .doUpdateSet({ certificate: document })
            .where('plan_certificates.certificate', 'is', null),
        )
        .execute();
    },
    findCertificate: async (planHash) => {
      const row = await db
        .selectFrom('plan_certificates')
        .select('certificate')
        .where('plan_hash', '=', planHash)
        .executeTakeFirst();
      return row?.certificate == null ? undefined : readCertificate(row.certificate);
    },
    nextUncertified: async (maxAttempts) => {
      const row = await db
        .selectFrom('plan_certificates')
        .select('plan_hash')
        .where('certificate', 'is', null)
        .where('attempts', '<', maxAttempts)
        .orderBy('attempts')
        .orderBy('position')
        .limit(1)
        .executeTakeFirst();
      return row?.plan_hash;
    },
    noteFailedAttempt: async (planHash) => {
      await db
        .updateTable('plan_certificates')
        .set({ attempts: sql`attempts + 1` })
        .where('plan_hash', '=', planHash)
        .execute();
    },
    forgetFailedAttempts: async () => {
      await db
        .updateTable('plan_certificates')
        .set({ attempts: 0 })
        .where('certificate', 'is', null)
        .where('attempts', '>', 0)
        .execute();
    },
  };
}

const documentSchema = z.strictObject({
  planHash: z.string(),
  optimalObjective: z.number().int(),
  gapBps: z.number().int(),
  shadowPrices: z.array(
    z.strictObject({
      cap: z.enum(['STRATEGY', 'POLICY_STRATEGY', 'PROTOCOL', 'EXOTIC', 'MARGIN_FI', 'REMAINING']),
      name: z.string().optional(),
      price: z.string().transform((text) => BigInt(text)),
    }),
  ),
});

function readCertificate(text: string): Certificate {
  const { shadowPrices, ...rest } = documentSchema.parse(JSON.parse(text));
  const certificate = {
    ...rest,
    shadowPrices: shadowPrices.map(({ cap, name, price }) =>
      name === undefined ? { cap, price } : { cap, name, price },
    ),
  };
  return { ...certificate, certificateHash: certificateHashOf(certificate) };
}
