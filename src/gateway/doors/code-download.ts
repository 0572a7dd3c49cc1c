import type { WireResponse } from '#aws/wire/message.ts';
import type { Door } from '../door.ts';

/** Serves what GetFunction's `Code.Location` points at: a link that carries its own permission, for functions too. */
export function codeDownloadDoor(pathPrefix: string, download: (path: string, query: string) => Promise<WireResponse>): Door {
  return {
    openToEnvironments: true,
    matches: ({ method, path }) => method === 'GET' && path.startsWith(pathPrefix),
    handle: ({ path, query }) => download(path, query),
  };
}
