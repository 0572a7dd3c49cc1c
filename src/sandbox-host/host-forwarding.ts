import { readdirSync, writeFileSync } from 'node:fs';
import { readIfThere } from '#sandboxes/system-files.ts';

/** What a run changed in the host's network, kept beside its other files until it is undone. */
export interface EgressRecord {
  readonly table: string;
  readonly uplinks: readonly string[];
  /** Those that did not forward before the first run that is still here. */
  readonly opened: readonly string[];
}

const FILE = 'egress.json';

/**
 * Lets the uplinks forward packets, where they do not, and writes down which these are. Several runs can want the same: whoever
 * ends last undoes it.
 */
export function openUplinks(
  runDirectory: string,
  runId: string,
  change: { readonly table: string; readonly uplinks: readonly string[] },
): EgressRecord {
  const openedByOthers = new Set(otherRecords(runDirectory, runId).flatMap(({ opened }) => opened));
  const opened = change.uplinks.filter((uplink) => openedByOthers.has(uplink) || !forwards(uplink));
  const record: EgressRecord = { ...change, opened };
  writeFileSync(recordPath(runDirectory, runId), JSON.stringify(record), { mode: 0o600 });
  for (const uplink of opened) setForwarding(uplink, true);
  return record;
}

export function closeUplinks(runDirectory: string, runId: string, { opened }: EgressRecord): void {
  const wanted = new Set(otherRecords(runDirectory, runId).flatMap(({ uplinks }) => uplinks));
  for (const uplink of opened) if (!wanted.has(uplink) && forwards(uplink)) setForwarding(uplink, false);
}

export function recordPath(runDirectory: string, runId: string): string {
  return `${runDirectory}/${runId}/${FILE}`;
}

export function readRecord(runDirectory: string, runId: string): EgressRecord | undefined {
  const text = readIfThere(recordPath(runDirectory, runId));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as EgressRecord;
  } catch (error) {
    // The process died while it wrote this; it changed nothing before.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function otherRecords(runDirectory: string, runId: string): readonly EgressRecord[] {
  return readdirSync(runDirectory).flatMap((name) => (name === runId ? [] : (readRecord(runDirectory, name) ?? [])));
}

/** Also for an interface that is gone. */
function forwards(name: string): boolean {
  return readIfThere(forwardingPath(name)) === '1\n';
}

export function setForwarding(name: string, on: boolean): void {
  writeFileSync(forwardingPath(name), on ? '1' : '0');
}

/** Not ip_forward, which would open every interface. */
function forwardingPath(name: string): string {
  return `/proc/sys/net/ipv4/conf/${name}/forwarding`;
}
