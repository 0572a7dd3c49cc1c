import { chown, open, readlink, realpath } from 'node:fs/promises';

/** open(2): only to name a folder, and no link to one. Node has no name for the first. */
const O_PATH_DIRECTORY_NOFOLLOW = 0o10000000 | 0o200000 | 0o400000;

/**
 * Gives a folder inside the data directory to a group: whose it is, only root can change. The owner, who asks, stays; what is in it is
 * not looked at. By descriptor, so that nothing else can come into its place. @throws Error when it lies elsewhere
 */
export async function shareDirectory(
  directory: string,
  { gid, dataDirectory }: { readonly gid: number; readonly dataDirectory: string },
): Promise<void> {
  const folder = await open(directory, O_PATH_DIRECTORY_NOFOLLOW);
  try {
    const byDescriptor = `/proc/self/fd/${folder.fd}`;
    if (!(await readlink(byDescriptor)).startsWith(`${await realpath(dataDirectory)}/code/`))
      throw Object.assign(new Error(`the sandbox host does not share ${directory}`), { code: 'EACCES' });
    await chown(byDescriptor, (await folder.stat()).uid, gid);
  } finally {
    await folder.close();
  }
}
