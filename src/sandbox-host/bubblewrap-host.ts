import type { Commands } from './bubblewrap-arguments.ts';
import type { CgroupLayout } from './cgroup-layout.ts';
import type { FilterArchitecture } from './seccomp-filter.ts';

/** What the probe found. */
export interface BubblewrapHost {
  readonly commands: Commands;
  readonly bwrapVersion: string;
  /** bubblewrap 0.8 and later can forbid user namespaces inside. */
  readonly disableUserNamespaces: boolean;
  readonly cgroups: CgroupLayout;
  readonly architecture: FilterArchitecture;
  /** Why /tmp has to be memory; undefined when it can be disk. */
  readonly scratchInMemory: string | undefined;
  /** Path of nftables' command. */
  readonly nft: string | undefined;
}
