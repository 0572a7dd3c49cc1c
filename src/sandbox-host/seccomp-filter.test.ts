import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seccompFilter } from './seccomp-filter.ts';
import type { FilterArchitecture } from './seccomp-filter.ts';
import { ALLOWED_SYSCALLS, HIGHEST_KNOWN_SYSCALL } from './syscall-table.ts';

const AUDIT: Readonly<Record<FilterArchitecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const ALLOW = 'allow';

/** Runs the program as the kernel would, on one system call. */
function judge(program: Buffer, audit: number, number: number, ...given: number[]): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(audit, 4);
  for (const [index, argument] of given.entries()) data.writeUInt32LE(argument >>> 0, 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const code = program.readUInt16LE(at * 8);
    const value = program.readUInt32LE(at * 8 + 4);
    const branch = (taken: boolean): void => void (at += program.readUInt8(at * 8 + (taken ? 2 : 3)));
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x15) branch(accumulator === value);
    else if (code === 0x35) branch(accumulator >= value);
    else if (code === 0x45) branch((accumulator & value) !== 0);
    else if (code === 0x06) return value === 0x7fff0000 ? ALLOW : value === 0x80000000 ? 'kill' : `errno ${value & 0xffff}`;
    else assert.fail(`instruction ${code}`);
  }
  assert.fail('the program ran off its end');
}

for (const architecture of ['x64', 'arm64'] as const) {
  describe(`seccompFilter ${architecture}`, () => {
    const program = seccompFilter(architecture);
    const call = (number: number, ...given: number[]): string => judge(program, AUDIT[architecture], number, ...given);
    const number = (x64: number, arm64: number): number => (architecture === 'x64' ? x64 : arm64);

    it('allows exactly the table, and what depends on arguments', () => {
      const listed = new Set(ALLOWED_SYSCALLS.map(([, x64, arm64]) => number(x64, arm64)));
      const judged = new Set([number(56, 220), 435, number(135, 92), number(41, 198), number(16, 29)]);
      for (let at = 0; at <= HIGHEST_KNOWN_SYSCALL; at += 1) {
        if (!judged.has(at)) assert.equal(call(at), listed.has(at) ? ALLOW : 'errno 1', String(at));
      }
    });

    it('does not know what is newer than the table, nor the x32 calls', () => {
      for (const at of [HIGHEST_KNOWN_SYSCALL + 1, 1000, 0x40000000, 0xffffffff]) assert.equal(call(at), 'errno 38');
    });

    it('kills for another architecture', () => {
      assert.equal(judge(program, 0x40000003, 1), 'kill');
      assert.equal(judge(program, AUDIT[architecture === 'x64' ? 'arm64' : 'x64'], 1), 'kill');
    });

    it('lets clone make threads and processes, not namespaces', () => {
      const clone = number(56, 220);
      const THREAD = 0x3d0f00;
      assert.equal(call(clone, THREAD), ALLOW);
      assert.equal(call(clone, 17), ALLOW);
      for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]) {
        assert.equal(call(clone, flag | 17), 'errno 1', flag.toString(16));
      }
      assert.equal(call(435), 'errno 38');
    });

    it('restricts personality to harmless ones', () => {
      for (const value of [0, 8, 0x20000, 0x20008, 0xffffffff]) assert.equal(call(number(135, 92), value), ALLOW);
      for (const value of [1, 0x40000, 0x400000]) assert.equal(call(number(135, 92), value), 'errno 1');
    });

    it('restricts sockets to unix, internet streams and datagrams, and route netlink', () => {
      const socket = (...given: number[]): string => call(number(41, 198), ...given);
      const CLOEXEC = 0o2000000;
      for (const family of [1, 2, 10]) for (const type of [1, 2, 1 | CLOEXEC]) assert.equal(socket(family, type, 0), ALLOW);
      for (const family of [2, 10]) for (const type of [3, 10, 3 | CLOEXEC]) assert.equal(socket(family, type, 0), 'errno 1');
      assert.equal(socket(16, 3, 0), ALLOW);
      assert.equal(socket(16, 3, 9), 'errno 1');
      for (const family of [17, 38, 40, 44]) assert.equal(socket(family, 3, 0), 'errno 97');
    });

    it('keeps ioctl from typing into terminals', () => {
      assert.equal(call(number(16, 29), 0, 0x5401), ALLOW);
      for (const request of [0x5412, 0x541c]) assert.equal(call(number(16, 29), 0, request), 'errno 1');
    });
  });
}
