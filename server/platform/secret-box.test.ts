import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { openFacturapiKey, sealFacturapiKey } from '../tenants/facturapi-key.ts';
import { secretBox } from './secret-box.ts';

const box = secretBox(Buffer.alloc(32, 1));
const place = 'tenant:1:facturapi_key';

describe('a sealed secret', () => {
  test('opens to itself, whatever it is and wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, where) => {
        assert.equal(box.open(box.seal(secret, where), where), secret);
      }),
    );
  });

  test('shows nothing of itself, and is never twice the same', () => {
    const sealed = box.seal('sk_live_something', place);
    assert.ok(!sealed.includes('sk_live'));
    assert.notDeepEqual(box.seal('sk_live_something', place), sealed);
  });

  test('does not open in another place', () => {
    const sealed = box.seal('secret', place);
    assert.throws(() => box.open(sealed, 'tenant:2:facturapi_key'));
  });

  test('does not open with another key, and the error says which', () => {
    const sealed = box.seal('secret', place);
    const other = secretBox(Buffer.alloc(32, 2));
    assert.throws(() => other.open(sealed, place), /TIMBRA_SECRET_KEY/);
  });

  test('does not open with any one of its bits flipped', () => {
    const sealed = box.seal('secret', place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => box.open(changed, place), `bit ${bit}`);
    }
  });

  test('does not open when a part of it is missing or added', () => {
    const sealed = box.seal('secret', place);
    for (let length = 0; length < sealed.length; length += 1) {
      assert.throws(() => box.open(sealed.subarray(0, length), place), `${length} bytes`);
    }
    assert.throws(() => box.open(Buffer.concat([sealed, Buffer.from([0])]), place));
  });

  test("a company's FacturAPI key does not open as another company's", () => {
    const sealed = sealFacturapiKey(box, 'tenant-1', 'sk_live_1');
    assert.equal(openFacturapiKey(box, 'tenant-1', sealed), 'sk_live_1');
    assert.throws(() => openFacturapiKey(box, 'tenant-2', sealed));
  });
});
