import type { SandboxMount } from './sandbox.ts';

/**
 * For drivers without mounts: puts the sources of mounts for their targets in a text that is a path, or a list of paths joined by
 * colons. Any other text stays as it is.
 */
export function toHostPaths(mounts: readonly SandboxMount[]): (text: string) => string {
  const deepestFirst = mounts.toSorted((a, b) => b.target.length - a.target.length);
  const translate = (path: string): string => {
    const mount = deepestFirst.find(({ target }) => path === target || path.startsWith(`${target}/`));
    return mount === undefined ? path : mount.source + path.slice(mount.target.length);
  };
  return (text) => text.split(':').map(translate).join(':');
}
