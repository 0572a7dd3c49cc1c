import { join } from 'node:path';
import { exists, subfolders } from './installed-directory.ts';
import { ToolFailed, type RunTool } from './run-tool.ts';

/** A Ruby of the host that works. */
export interface FoundRuby {
  /** `3.4.1` */
  readonly version: string;
  /** The folder that holds `bin/ruby` and `lib/ruby`; `/usr` for the system's own. */
  readonly prefix: string;
  readonly executable: string;
  /** `x86_64-linux`: where below `lib/ruby/3.4.0` native extensions are. */
  readonly architecture: string;
}

const PROBE = 'puts RUBY_VERSION, RbConfig::CONFIG["prefix"], RbConfig.ruby, RbConfig::CONFIG["arch"]';
const PROBE_TIMEOUT_MS = 10_000;

/** Finds a Ruby of a version (`3.4`) by running candidates: on PATH, of rbenv, ruby-install, below /opt and of the system. */
export async function findRuby(version: string, homeDirectory: string, run: RunTool): Promise<FoundRuby | undefined> {
  for (const candidate of await candidates(version, homeDirectory)) {
    const found = await probe(candidate, version, run);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function candidates(version: string, homeDirectory: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const parent of [join(homeDirectory, '.rbenv/versions'), join(homeDirectory, '.rubies'), '/opt/rubies', '/opt']) {
    for (const prefix of await subfolders(parent)) files.push(join(prefix, 'bin/ruby'));
  }
  files.push('/usr/local/bin/ruby', `/usr/bin/ruby${version}`, '/usr/bin/ruby');
  const there: string[] = [];
  for (const file of files) if (await exists(file)) there.push(file);
  return [`ruby${version}`, 'ruby', ...there];
}

async function probe(candidate: string, version: string, run: RunTool): Promise<FoundRuby | undefined> {
  try {
    const { stdout } = await run(candidate, ['--disable=gems', '-rrbconfig', '-e', PROBE], { timeoutMs: PROBE_TIMEOUT_MS });
    const [found = '', prefix = '', executable = '', architecture = ''] = stdout.split('\n');
    return found.startsWith(`${version}.`) ? { version: found, prefix, executable, architecture } : undefined;
  } catch (error) {
    if (error instanceof ToolFailed) return undefined;
    throw error;
  }
}
