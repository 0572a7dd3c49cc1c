import { ALLOWED_SYSCALLS, HIGHEST_KNOWN_SYSCALL } from './syscall-table.ts';

export type FilterArchitecture = 'x64' | 'arm64';

/**
 * The seccomp filter of every sandbox as classic BPF, in the bytes that `bwrap --seccomp` takes: an allowlist in the spirit of
 * Docker's default profile. What is not listed gives EPERM; what is newer than the list, and clone3, gives ENOSYS, so that libc
 * falls back to an older call instead of failing.
 *
 * Each system call number belongs to one run of numbers with the same verdict; the program is a binary search over the runs.
 */
export function seccompFilter(architecture: FilterArchitecture): Buffer {
  const program = [
    load(OFFSET.architecture),
    jumpIfEqual(AUDIT_ARCHITECTURE[architecture], 1, 0),
    answer(Verdict.kill),
    load(OFFSET.number),
    ...search(runs(verdicts(architecture))),
  ];
  return assemble(program);
}

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];
type Rule = readonly Instruction[];
interface Run {
  readonly first: number;
  readonly rule: Rule;
}

/** Offsets into struct seccomp_data; an argument's low word is what the kernel reads of an int (both architectures are little-endian). */
const OFFSET = { number: 0, architecture: 4, argument: (index: number): number => 16 + 8 * index } as const;
const AUDIT_ARCHITECTURE: Readonly<Record<FilterArchitecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const Verdict = { kill: 0x80000000, allow: 0x7fff0000, error: (errno: number): number => 0x00050000 | errno } as const;

const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const and = (mask: number): Instruction => [0x54, 0, 0, mask];
const jumpIfEqual = (value: number, whenTrue: number, whenFalse: number): Instruction => [0x15, whenTrue, whenFalse, value];
const jumpIfAtLeast = (value: number, whenTrue: number, whenFalse: number): Instruction => [0x35, whenTrue, whenFalse, value];
const jumpIfAnyBit = (mask: number, whenTrue: number, whenFalse: number): Instruction => [0x45, whenTrue, whenFalse, mask];
const answer = (verdict: number): Instruction => [0x06, 0, 0, verdict];

const ALLOW: Rule = [answer(Verdict.allow)];
const REFUSE: Rule = [answer(Verdict.error(EPERM))];
const UNKNOWN: Rule = [answer(Verdict.error(ENOSYS))];

/** CLONE_NEWNS 0x20000, and NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET above it. */
const NAMESPACE_FLAGS = 0x7e020000;
const CLONE: Rule = [load(OFFSET.argument(0)), jumpIfAnyBit(NAMESPACE_FLAGS, 0, 1), answer(Verdict.error(EPERM)), answer(Verdict.allow)];

/** As Docker: Linux, 32-bit address limit, short inode, both, and the query. Others turn off address randomisation. */
const PERSONALITIES = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];
const PERSONALITY: Rule = [
  load(OFFSET.argument(0)),
  ...PERSONALITIES.map((value, index) => jumpIfEqual(value, PERSONALITIES.length - index, 0)),
  answer(Verdict.error(EPERM)),
  answer(Verdict.allow),
];

/**
 * Unix sockets; IPv4 and IPv6 unless raw; netlink for routing only, which getifaddrs needs. Everything else (packet sockets,
 * AF_ALG, AF_VSOCK, …) is attack surface of the kernel without use in a function.
 */
const SOCKET: Rule = (() => {
  const AF_UNIX = 1;
  const AF_INET = 2;
  const AF_INET6 = 10;
  const AF_NETLINK = 16;
  const NETLINK_ROUTE = 0;
  const TYPE_MASK = 0xf;
  const SOCK_RAW = 3;
  const SOCK_PACKET = 10;
  return [
    load(OFFSET.argument(0)),
    jumpIfEqual(AF_UNIX, 11, 0), // allow
    jumpIfEqual(AF_INET, 5, 0), // to the type
    jumpIfEqual(AF_INET6, 4, 0), // to the type
    jumpIfEqual(AF_NETLINK, 1, 0),
    answer(Verdict.error(EAFNOSUPPORT)),
    load(OFFSET.argument(2)),
    jumpIfEqual(NETLINK_ROUTE, 5, 4),
    load(OFFSET.argument(1)),
    and(TYPE_MASK),
    jumpIfEqual(SOCK_RAW, 1, 0),
    jumpIfEqual(SOCK_PACKET, 0, 1),
    answer(Verdict.error(EPERM)),
    answer(Verdict.allow),
  ];
})();

/** TIOCSTI types into a terminal, TIOCLINUX pastes into one. */
const IOCTL: Rule = [
  load(OFFSET.argument(1)),
  jumpIfEqual(0x5412, 1, 0),
  jumpIfEqual(0x541c, 0, 1),
  answer(Verdict.error(EPERM)),
  answer(Verdict.allow),
];

/** Calls whose verdict depends on their arguments: [rule, number on x86_64, number on aarch64]. */
const JUDGED: readonly (readonly [rule: Rule, x64: number, arm64: number])[] = [
  [CLONE, 56, 220],
  [UNKNOWN, 435, 435], // clone3: its flags lie in memory that a filter cannot read; libc falls back to clone.
  [PERSONALITY, 135, 92],
  [SOCKET, 41, 198],
  [IOCTL, 16, 29],
];

function verdicts(architecture: FilterArchitecture): ReadonlyMap<number, Rule> {
  const rules = new Map<number, Rule>();
  for (const [, x64, arm64] of ALLOWED_SYSCALLS) rules.set(architecture === 'x64' ? x64 : arm64, ALLOW);
  for (const [rule, x64, arm64] of JUDGED) rules.set(architecture === 'x64' ? x64 : arm64, rule);
  return rules;
}

/** The numbers from 0 on, cut where the rule changes. The last run has no end: the x32 calls of x86_64 lie there too. */
function runs(rules: ReadonlyMap<number, Rule>): readonly Run[] {
  const found: Run[] = [];
  for (let number = 0; number <= HIGHEST_KNOWN_SYSCALL; number += 1) {
    const rule = rules.get(number) ?? REFUSE;
    if (found.at(-1)?.rule !== rule) found.push({ first: number, rule });
  }
  return [...found, { first: HIGHEST_KNOWN_SYSCALL + 1, rule: UNKNOWN }];
}

function search(candidates: readonly Run[]): readonly Instruction[] {
  const [only] = candidates;
  if (candidates.length === 1 && only !== undefined) return only.rule;
  const middle = candidates.length >> 1;
  const upper = candidates[middle];
  if (upper === undefined) return UNKNOWN;
  const below = search(candidates.slice(0, middle));
  return [jumpIfAtLeast(upper.first, below.length, 0), ...below, ...search(candidates.slice(middle))];
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, value]] of program.entries()) {
    // writeUInt8 refuses a jump beyond 255 instructions: then the search tree has outgrown classic BPF's short jumps.
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
