/** Lambda quotas: a package uploaded in a request may have 50 MB. */
export const MAX_ZIPPED_BYTES = 52_428_800;
/** Lambda quotas: 250 MB once unpacked. */
export const MAX_UNZIPPED_BYTES = 262_144_000;
/**
 * A limit of our own, against packages made of empty files: each costs an inode and a system call or two. Folders that are only
 * implied by paths count, too.
 */
export const MAX_ENTRIES = 100_000;
/** A limit of our own: nested `node_modules` reach some dozens. Without it a few bytes of a path would make a folder each. */
export const MAX_PATH_SEGMENTS = 100;
/** Longest path of an entry; Linux allows 4096 for the whole path, of which the code folder needs some. */
export const MAX_PATH_BYTES = 3072;
/** Longest name of a file on Linux. */
export const MAX_NAME_BYTES = 255;
/** Linux allows 4095; none that stays inside a package is longer than a path. */
export const MAX_LINK_BYTES = MAX_PATH_BYTES;
