import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readlinkSync, readSync, writeSync } from 'node:fs';
import { describe, it } from 'node:test';
import { receiveDescriptors, sendDescriptors } from './descriptor-passing.ts';
import { messagePair, pipe } from './libc.ts';

describe('passing descriptors', () => {
  it('gives open files to whoever has the other end, with their number, in order, closed on exec', (t) => {
    const [here, there] = messagePair();
    const { read, write } = pipe();
    const file = openSync('/dev/null', 'r');
    t.after(() => [here, there, read, write, file].forEach((fd) => closeSync(fd)));
    sendDescriptors(here, 7, [write, file]);
    sendDescriptors(here, 8, [file]);
    const first = receiveDescriptors(there, 2);
    const second = receiveDescriptors(there, 2);
    assert.deepEqual([first.number, first.descriptors.length, second.number, second.descriptors.length], [7, 2, 8, 1]);
    const received = [...first.descriptors, ...second.descriptors];
    const [end = -1, nothing = -1] = received;
    writeSync(end, 'through');
    const heard = Buffer.alloc(7);
    readSync(read, heard);
    assert.equal(heard.toString(), 'through');
    assert.equal(readlinkSync(`/proc/self/fd/${nothing}`), '/dev/null');
    for (const fd of received) {
      assert.match(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'), /^flags:\s+02\d{6}$/m);
      closeSync(fd);
    }
  });

  it('does not wait for a message that is not there', (t) => {
    const [here, there] = messagePair();
    t.after(() => [here, there].forEach((fd) => closeSync(fd)));
    assert.throws(() => receiveDescriptors(there, 1), { name: 'SystemCallError', message: /AGAIN|WOULDBLOCK/ });
  });
});
