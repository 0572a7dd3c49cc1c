import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readAwsChunked } from './aws-chunked.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** The text in pieces of that many bytes. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function parse(text: string, size = text.length): Promise<{ data: string; signatures: unknown[]; trailers: unknown }> {
  const result = { data: '', signatures: [] as unknown[], trailers: undefined as unknown };
  for await (const part of readAwsChunked(pieces(text, size))) {
    if (part.kind === 'chunk') result.signatures.push(part.signature);
    else if (part.kind === 'data') result.data += part.bytes.toString('latin1');
    else result.trailers = part.trailers;
  }
  return result;
}

suite('readAwsChunked', () => {
  test('finds chunks, signatures and trailers, wherever the pieces are cut', async () => {
    const text =
      '5;chunk-signature=ab\r\nhe\r\no\r\n1;chunk-signature=cd\r\n!\r\n0;chunk-signature=ef\r\nX-Amz-Checksum-Crc32: AAAA\r\n\r\n';
    for (let size = 1; size <= text.length; size++) {
      assert.deepEqual(await parse(text, size), {
        data: 'he\r\no!',
        signatures: ['ab', 'cd', 'ef'],
        trailers: { 'x-amz-checksum-crc32': 'AAAA' },
      });
    }
  });

  test('any bytes come out as they went in', async () => {
    const body = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(body, fc.integer({ min: 1, max: 16 }), async (chunks, size) => {
        const text = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
        assert.equal((await parse(text, size)).data, chunks.join(''));
      }),
      { numRuns: 50 },
    );
  });

  test('the empty line after the last chunk or trailer may be missing', async () => {
    assert.deepEqual((await parse('1\r\na\r\n0\r\n')).trailers, {});
    assert.deepEqual((await parse('0\r\nx-a: b')).trailers, { 'x-a': 'b' });
  });

  test('broken framing and early ends are refused', async () => {
    for (const text of [
      '',
      'a',
      '5\r\nhel',
      '5\r\nhello',
      '5\r\nhelloXX0\r\n\r\n',
      'x\r\n',
      '0\r\nnone\r\n\r\n',
      '0\r\n\r\nmore',
      `${'1'.repeat(9000)}\r\n`,
    ]) {
      await assert.rejects(parse(text, 7), UnreadableInput, JSON.stringify(text.slice(0, 20)));
    }
  });
});
