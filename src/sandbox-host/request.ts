import { CODE_GROUPS, LATE_TARGETS } from '#sandboxes/host-protocol.ts';
import type { HostedSpec, HostRequest } from '#sandboxes/host-protocol.ts';
import type { SandboxLimits, SandboxMount, SandboxRole } from '#sandboxes/sandbox.ts';

/** Requests of the daemon, each checked in full before anything is done: it is the less trusted side of the two. */

const ID = /^[A-Za-z0-9-]{1,64}$/;

/** The most of each that AWS or this machine's sense of proportion allows. Memory is in MB, /tmp too. */
const MOST: Readonly<Record<keyof SandboxLimits, number>> = {
  memoryMb: 65_536,
  cpus: 1024,
  processes: 65_536,
  openFiles: 1 << 20,
  scratchMb: 10_240,
};
const MOST_MOUNTS = 64;

type Fields = Readonly<Record<string, unknown>>;

/** @throws TypeError when it is none that we know, or holds what we would not do */
export function readRequest(value: unknown): HostRequest {
  const fields = record(value, 'a request');
  switch (fields['type']) {
    case 'create':
      return { type: 'create', request: count(fields['request'], 'request'), spec: readSpec(fields['spec']) };
    case 'specialise':
      return {
        type: 'specialise',
        request: count(fields['request'], 'request'),
        sandbox: id(fields['sandbox']),
        role: readRole(fields['role']),
      };
    case 'expose':
    case 'reach':
      return { type: fields['type'], request: count(fields['request'], 'request'), path: path(fields['path'], 'path') };
    case 'share':
      return {
        type: 'share',
        request: count(fields['request'], 'request'),
        path: path(fields['path'], 'path'),
        gid: codeGroup(fields['gid']),
      };
    case 'halt':
    case 'kill':
    case 'terminate':
      return { type: fields['type'], sandbox: id(fields['sandbox']) };
    case 'connect':
      return {
        type: 'connect',
        request: count(fields['request'], 'request'),
        sandbox: id(fields['sandbox']),
        port: port(fields['port']),
      };
    case 'memory':
      return { type: 'memory', request: count(fields['request'], 'request'), sandbox: id(fields['sandbox']) };
    case 'close':
      return { type: 'close', request: count(fields['request'], 'request') };
    case 'open':
      return { type: 'open', options: readOptions(fields['options']) };
    default:
      throw refuse('type');
  }
}

function readOptions(value: unknown): Extract<HostRequest, { readonly type: 'open' }>['options'] {
  const fields = record(value, 'options');
  return {
    driver: oneOf(fields['driver'], ['bubblewrap', 'none'], 'driver'),
    runDirectory: path(fields['runDirectory'], 'runDirectory'),
    dataDirectory: path(fields['dataDirectory'], 'dataDirectory'),
    runId: id(fields['runId']),
    network: oneOf(fields['network'], ['auto', 'none', 'internet', 'lan'], 'network'),
    places: list(fields['places'], 'places').map((place) => path(place, 'places')),
  };
}

function readSpec(value: unknown): HostedSpec {
  const fields = record(value, 'a specification');
  const mounts = list(fields['mounts'], 'mounts');
  if (mounts.length > MOST_MOUNTS) throw refuse('mounts');
  const command = list(fields['command'], 'command').map((argument) => text(argument, 'command'));
  if (command.length === 0) throw refuse('command');
  return {
    id: id(fields['id']),
    mounts: mounts.map(readMount),
    command,
    workingDirectory: path(fields['workingDirectory'], 'workingDirectory'),
    environment: readEnvironment(fields['environment']),
    limits: readLimits(fields['limits']),
    network: oneOf(fields['network'], ['none', 'internet'], 'network'),
    sideOutput: fields['sideOutput'] === true,
    parked: fields['parked'] === true,
    ...(fields['successorOf'] !== undefined && { successorOf: id(fields['successorOf']) }),
  };
}

function readRole(value: unknown): SandboxRole {
  const fields = record(value, 'a role');
  const mounts = list(fields['mounts'], 'mounts').map(readMount);
  for (const { target } of mounts) oneOf(target, LATE_TARGETS, 'target');
  if (new Set(mounts.map(({ target }) => target)).size !== mounts.length) throw refuse('mounts');
  return { mounts, memoryMb: readLimit(fields, 'memoryMb'), scratchMb: readLimit(fields, 'scratchMb') };
}

function readMount(value: unknown): SandboxMount {
  const fields = record(value, 'a mount');
  const mount = { source: path(fields['source'], 'source'), target: path(fields['target'], 'target') };
  if (fields['gid'] === undefined) return mount;
  return { ...mount, gid: codeGroup(fields['gid']) };
}

/** Groups of the host's own would open files of the host. */
function codeGroup(value: unknown): number {
  const gid = count(value, 'gid');
  if (gid < CODE_GROUPS.first || gid > CODE_GROUPS.last) throw refuse('gid');
  return gid;
}

function readEnvironment(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record(value, 'environment')).map(([name, content]) => {
      if (name === '' || name.includes('=')) throw refuse('environment');
      return [text(name, 'environment'), text(content, 'environment')];
    }),
  );
}

function readLimits(value: unknown): SandboxLimits {
  const fields = record(value, 'limits');
  return {
    memoryMb: readLimit(fields, 'memoryMb'),
    cpus: readLimit(fields, 'cpus'),
    processes: readLimit(fields, 'processes'),
    openFiles: readLimit(fields, 'openFiles'),
    scratchMb: readLimit(fields, 'scratchMb'),
  };
}

function readLimit(fields: Fields, name: keyof SandboxLimits): number {
  const number = fields[name];
  if (typeof number !== 'number' || !(number > 0) || number > MOST[name]) throw refuse(name);
  return number;
}

function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse(what);
  return { ...value };
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(what);
  return value;
}

/** A NUL would end it for the kernel, and begin an option of its own for bwrap. */
function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value.includes('\0')) throw refuse(what);
  return value;
}

function path(value: unknown, what: string): string {
  const given = text(value, what);
  if (!given.startsWith('/')) throw refuse(what);
  return given;
}

function id(value: unknown): string {
  const given = text(value, 'id');
  if (!ID.test(given)) throw refuse('id');
  return given;
}

function count(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw refuse(what);
  return value;
}

function port(value: unknown): number {
  const given = count(value, 'port');
  if (given < 1 || given > 65_535) throw refuse('port');
  return given;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], what: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw refuse(what);
  return found;
}

/** Without the value: it may be a secret of a function. */
function refuse(what: string): TypeError {
  return new TypeError(`the sandbox host refuses a request: ${what}`);
}
