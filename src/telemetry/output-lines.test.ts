import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LINE_BYTES, OutputLines } from './output-lines.ts';

function taken(...chunks: readonly string[]): { readonly lines: string[]; readonly output: OutputLines } {
  const lines: string[] = [];
  const output = new OutputLines((line) => lines.push(line));
  for (const chunk of chunks) output.push(Buffer.from(chunk));
  return { lines, output };
}

test('OutputLines: a line is complete at its newline, however it comes', () => {
  const { lines, output } = taken('one\ntw', 'o', '\n\nthr');
  assert.deepEqual(lines, ['one\n', 'two\n', '\n']);
  output.finish();
  output.finish();
  assert.deepEqual(lines.slice(3), ['thr\n']);
});

test('OutputLines: a character in two pieces stays whole', () => {
  const bytes = Buffer.from('é\n');
  const lines: string[] = [];
  const output = new OutputLines((line) => lines.push(line));
  output.push(bytes.subarray(0, 1));
  output.push(bytes.subarray(1));
  assert.deepEqual(lines, ['é\n']);
});

test('OutputLines: a longer line is cut, never within a character', () => {
  const { lines } = taken('x', 'é'.repeat(MAX_LINE_BYTES / 2), '\n');
  assert.deepEqual(
    lines.map((line) => Buffer.byteLength(line)),
    [MAX_LINE_BYTES - 1, 3],
  );
});
