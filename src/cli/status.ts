import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { explainClientFailure } from './client-failure.ts';
import type { Terminal } from './terminal.ts';

/** Prints what the daemon's health document says, one line per value. Returns the exit status. */
export async function status(endpoint: string, terminal: Terminal): Promise<number> {
  try {
    const health: unknown = JSON.parse(await get(`${endpoint}/_hearth/health`));
    const rows = [['endpoint', endpoint] as const, ...flatten('', health)];
    const width = Math.max(...rows.map(([name]) => name.length));
    for (const [name, value] of rows) terminal.out(`${name.padEnd(width)}  ${value}\n`);
    return 0;
  } catch (error) {
    terminal.err(`hearth: ${explainClientFailure(error, endpoint)}\n`);
    return 1;
  }
}

async function get(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(url, (response) => {
    if (response.statusCode === 200) {
      text(response).then(resolve, reject);
    } else {
      response.resume();
      reject(new Error(`${url} answered ${response.statusCode}`));
    }
  })
    .on('error', reject)
    .end();
  return promise;
}

/** `{ a: { b: 1 } }` becomes `a.b 1`. */
function flatten(prefix: string, value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([name, inner]) => flatten(prefix === '' ? name : `${prefix}.${name}`, inner));
}
