/** Messages and service of vaults and their ledger. */
export * from './gen/trimtab/vault/v1/vault.js';
export * from './gen/trimtab/vault/v1/vault_service.js';
