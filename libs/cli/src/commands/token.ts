import { join } from 'node:path';
import { createTokenIssuer, ensureDevelopmentKeys, isServiceName, SCOPES } from '@trimtab/grpc';
import { toJson, type Output } from '../output.js';

/** What a development token shall say. */
export interface TokenOptions {
  readonly dataFolder: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number;
}

/** Prints a token signed with the development key, which is made at the first run. */
export async function runToken(options: TokenOptions, output: Output): Promise<number> {
  const known: readonly string[] = SCOPES;
  const unknown = options.scopes.filter((scope) => !known.includes(scope));
  if (unknown.length > 0) {
    process.stderr.write(`scope was ${unknown.join(', ')}, must be one of ${known.join(', ')}\n`);
    return 1;
  }
  if (isServiceName(options.subject)) {
    process.stderr.write(
      `subject was ${options.subject}, names of services make their own tokens\n`,
    );
    return 1;
  }
  const keys = await ensureDevelopmentKeys(join(options.dataFolder, 'development-keys'));
  const issuer = createTokenIssuer({
    key: { file: keys.privateKeyFile },
    issuer: 'trimtab-development',
    audience: 'trimtab',
    lifetimeSeconds: options.lifetimeSeconds,
  });
  const token = await issuer.issue({ subject: options.subject, scopes: options.scopes });
  const { subject, scopes, lifetimeSeconds } = options;
  output.line(output.json ? toJson({ token, subject, scopes, lifetimeSeconds }) : token);
  return 0;
}
