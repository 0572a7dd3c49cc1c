import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { joinChunks, parseAwsChunked } from './aws-chunked.ts';
import { UnreadableInput } from './unreadable-input.ts';

const parse = (text: string): ReturnType<typeof parseAwsChunked> => parseAwsChunked(Buffer.from(text, 'latin1'));

describe('parseAwsChunked', () => {
  test('signed chunks: data and signature of each, the empty last one included', () => {
    const { chunks, trailers } = parse('5;chunk-signature=aa\r\nhello\r\n1;chunk-signature=bb\r\n!\r\n0;chunk-signature=cc\r\n\r\n');
    assert.deepEqual(
      chunks.map(({ data, signature }) => [data.toString(), signature]),
      [
        ['hello', 'aa'],
        ['!', 'bb'],
        ['', 'cc'],
      ],
    );
    assert.deepEqual(trailers, {});
  });

  test('unsigned chunks with trailers, with and without the empty line at the end', () => {
    for (const end of ['\r\n\r\n', '\r\n', '']) {
      const { chunks, trailers } = parse(`a\r\n0123456789\r\n0\r\nX-Amz-Checksum-Crc32:AAAAAA==\r\nx-amz-trailer-signature: dd${end}`);
      assert.deepEqual(chunks[0]?.signature, undefined);
      assert.deepEqual(trailers, { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-trailer-signature': 'dd' });
    }
  });

  test('data may contain what looks like framing', () => {
    assert.equal(joinChunks(parse('7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n')).toString(), '\r\n0\r\n\r\n');
  });

  test('broken framing is refused', () => {
    for (const text of [
      '',
      '5',
      'x\r\n',
      '5\r\nhell',
      '5\r\nhelloXX0\r\n\r\n',
      '5\r\nhello\r\n',
      '-1\r\n',
      '5;other=1\r\nhello\r\n0\r\n\r\n',
      'fffffffff\r\n',
    ]) {
      assert.throws(() => parse(text), UnreadableInput, JSON.stringify(text));
    }
  });
});

describe('joinChunks', () => {
  test('one chunk is handed on without a copy', () => {
    const body = Buffer.from('3\r\nabc\r\n0\r\n\r\n');
    const joined = joinChunks(parseAwsChunked(body));
    assert.equal(joined.toString(), 'abc');
    assert.equal(joined.buffer, body.buffer);
  });
  test('several are put together, none gives no bytes', () => {
    assert.equal(joinChunks(parse('1\r\na\r\n2\r\nbc\r\n0\r\n\r\n')).toString(), 'abc');
    assert.equal(joinChunks(parse('0\r\n\r\n')).length, 0);
  });
});
