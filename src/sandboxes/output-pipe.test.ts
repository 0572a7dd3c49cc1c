import assert from 'node:assert/strict';
import { closeSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { openOutput, OutputPipe } from './output-pipe.ts';

test('drain delivers what is in the pipe, and ends though as much is written meanwhile', () => {
  const { readEnd, writeEnd } = openOutput();
  const pipe = new OutputPipe(readEnd);
  const piece = Buffer.alloc(32 * 1024, 'y');
  let writes = 0;
  const write = (): void => {
    writes += 1;
    writeSync(writeEnd, piece);
  };
  try {
    let delivered = 0;
    pipe.onOutput((chunk) => {
      delivered += chunk.length;
      if (writes < 1000) write();
    });
    write();
    pipe.drain();
    assert.ok(delivered >= piece.length);
    assert.ok(writes < 100, `${writes} writes later`);
  } finally {
    pipe.close();
    closeSync(writeEnd);
  }
});
