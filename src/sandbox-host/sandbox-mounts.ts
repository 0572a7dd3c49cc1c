import { closeSync, constants, openSync } from 'node:fs';
import { changeRoot, cloneMount, detach, enterMounts, placeMount, setMountAttributes, withRightsOf } from './libc.ts';

/** What appears in a sandbox that runs already. */
export interface LateMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Whether it takes the place of what is mounted there. */
  readonly replaces: boolean;
  /** A group that may go through the folders above the source. */
  readonly gid?: number | undefined;
}

/** open(2): only to name a directory. Node has no name for it. */
const O_PATH = 0o10000000;

/**
 * Mounts things into sandboxes after they were made: copies of mounts, moved into the sandbox's namespace by the main thread, which goes
 * there for a moment. So a sandbox that gets its code late looks exactly as one that was made with it, and the host's own
 * namespace is not involved, where the obvious way, a shared mount, would leave one mount more for each sandbox, and two inside.
 *
 * The work inside is synchronous. Paths of the host are resolved before, with the rights of the sandbox's user as bwrap does it;
 * those inside are bwrap's own making, since nothing of a function has run there yet.
 */
export class SandboxMounts {
  readonly #home: number;
  readonly #root: number;

  constructor() {
    this.#home = openSync('/proc/thread-self/ns/mnt', 'r');
    this.#root = openSync('/', O_PATH | constants.O_DIRECTORY);
  }

  /** @param pid a process of the sandbox @throws SystemCallError; what was mounted by then stays */
  add(pid: number, uid: number, mounts: readonly LateMount[]): void {
    using fds = new DisposableStack();
    const trees = mounts.map((mount) => {
      const tree = fds.adopt(
        withRightsOf({ uid, gid: mount.gid ?? uid }, () => cloneMount(mount.source)),
        closeSync,
      );
      setMountAttributes(tree, mount);
      return { ...mount, tree };
    });
    const inside = fds.adopt(openSync(`/proc/${pid}/ns/mnt`, 'r'), closeSync);
    enterMounts(inside);
    try {
      for (const { tree, target, replaces } of trees) {
        if (replaces) detach(target);
        placeMount(tree, target);
      }
    } finally {
      this.#goHome();
    }
  }

  close(): void {
    closeSync(this.#home);
    closeSync(this.#root);
  }

  /** A host whose main thread stays in a sandbox would take that one's files for its own. */
  #goHome(): void {
    try {
      enterMounts(this.#home);
      changeRoot(this.#root);
    } catch {
      process.abort();
    }
  }
}
