import type { Door } from '../door.ts';

/** `GET /_hearth/health`, and the path that tools written for LocalStack poll: is the daemon up, and what is it doing. */
export function healthDoor(status: () => Readonly<Record<string, unknown>>): Door {
  return {
    matches: ({ method, path }) => method === 'GET' && (path === '/_hearth/health' || path === '/_localstack/health'),
    handle: () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(status())}\n` }),
  };
}
