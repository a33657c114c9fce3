import type { Output } from '../output.js';

/** Lines to try by hand against `make dev`. */
export function printNextSteps(output: Output): void {
  output.line(`
Try it by hand: run \`make dev\` in one terminal, and in another

  export TRIMTAB_TOKEN=$(npx trimtab token --subject alice --scope intent:write rebalance:write admin)

  grpcurl -plaintext 127.0.0.1:50051 list
  grpcurl -plaintext -H "authorization: Bearer $TRIMTAB_TOKEN" 127.0.0.1:50051 trimtab.intent.v1.IntentService/ListTemplates

  npx buf curl --http2-prior-knowledge --protocol grpc http://127.0.0.1:50054 --list-methods
  npx buf curl --http2-prior-knowledge --protocol grpc -H "authorization: Bearer $TRIMTAB_TOKEN" \\
    -d '{}' http://127.0.0.1:50054/trimtab.vault.v1.VaultService/ListVaults`);
}
