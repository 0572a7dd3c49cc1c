import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { combineCrc, Crc, CRC32, CRC32C, CRC64NVME, type CrcParameters } from './crc.ts';

function crcOf(bytes: Uint8Array, parameters: CrcParameters): bigint {
  const crc = new Crc(parameters);
  crc.update(bytes.subarray(0, 3));
  crc.update(bytes.subarray(3));
  return crc.digest();
}

test('Crc has the check values of the catalogue of parametrised CRC algorithms', () => {
  const check = Buffer.from('123456789');
  assert.equal(crcOf(check, CRC32), 0xcbf4_3926n);
  assert.equal(crcOf(check, CRC32C), 0xe306_9283n);
  assert.equal(crcOf(check, CRC64NVME), 0xae8b_1486_0a79_9888n);
  assert.equal(crcOf(Buffer.alloc(1000, 7), CRC32), BigInt(crc32(Buffer.alloc(1000, 7))));
});

test('combineCrc is the CRC of both pieces', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  for (const parameters of [CRC32, CRC32C, CRC64NVME]) {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const whole = crcOf(Buffer.concat([first, second]), parameters);
        assert.equal(combineCrc(crcOf(first, parameters), crcOf(second, parameters), second.length, parameters), whole);
      }),
      { numRuns: 20 },
    );
  }
});
