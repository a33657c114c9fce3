import { describe, expect, it } from 'vitest';
import { nodeSha256 } from './node-sha256.js';

describe('the SHA-256 of the platform', () => {
  it('is that of the standard, over UTF-8', () => {
    // FIPS 180-2, appendices B.1 and B.2
    expect(nodeSha256('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(nodeSha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
    // sha256 of the bytes c3 a9
    expect(nodeSha256('é')).toBe(
      '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
    );
  });
});
