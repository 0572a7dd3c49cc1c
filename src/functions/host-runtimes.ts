import { join } from 'node:path';
import { exists } from './installed-directory.ts';
import { findJava } from './java-finder.ts';
import { NODE_VERSIONS } from './node-versions.ts';
import { findRuby } from './ruby-finder.ts';
import { findPython } from './python-finder.ts';
import { runTool, ToolFailed, type RunTool } from './run-tool.ts';
import { RuntimeLocator, RuntimeUnavailable, type RuntimeLocatorOptions } from './runtime-locator.ts';
import { allRuntimes, runtimeByIdentifier, type Runtime } from './runtimes.ts';

/** What this host does about one runtime identifier. */
export interface RuntimeFact {
  readonly identifier: string;
  /** `fetched`: npm brings it when a function first needs it. */
  readonly verdict: 'here' | 'fetched' | 'missing';
  /** By what it runs, or what there is to do. */
  readonly found: string;
}

export type RuntimeAddition = { readonly outcome: 'added' | 'refused'; readonly text: string };

export interface HostRuntimesOptions extends RuntimeLocatorOptions {
  /** Whether packages of the system may be installed. */
  readonly root: boolean;
}

const PROBE_TIMEOUT_MS = 30_000;
const PACKAGES_TIMEOUT_MS = 900_000;

/** The runtimes of this host, for its operator: which there are, and how to get others. */
export class HostRuntimes {
  readonly #options: HostRuntimesOptions;
  readonly #run: RunTool;

  constructor(options: HostRuntimesOptions) {
    this.#options = options;
    const { run = runTool, signal } = options;
    this.#run = (file, args, { timeoutMs }) => run(file, args, { timeoutMs, signal });
  }

  /** Of all identifiers that functions may have. Changes nothing. */
  async list(): Promise<readonly RuntimeFact[]> {
    const facts: RuntimeFact[] = [];
    for (const runtime of allRuntimes()) {
      // Retired so long ago that no function has it.
      if (runtime.deprecatedMs === 0) continue;
      facts.push({ identifier: runtime.identifier, ...(await this.#look(runtime)) });
    }
    return facts;
  }

  /**
   * Fetches or installs what a runtime needs. `say` is told of each step before it is taken.
   * @throws whatever is not about the runtime or its source
   */
  async add(identifier: string, say: (line: string) => void): Promise<RuntimeAddition> {
    const runtime = runtimeByIdentifier(identifier);
    if (runtime === undefined) return { outcome: 'refused', text: `there is no runtime '${identifier}'; see: hearth runtimes list` };
    try {
      const packages = await this.#missingPackages(runtime);
      if (packages.length > 0) {
        if (!this.#options.root) {
          return { outcome: 'refused', text: `only root can install what ${identifier} needs: sudo apt-get install ${packages.join(' ')}` };
        }
        await this.#install(packages, say);
      }
      say(`preparing ${identifier} in ${join(this.#options.dataDirectory, 'runtimes')}`);
      await new RuntimeLocator(this.#options).locate(identifier);
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable || error instanceof ToolFailed)) throw error;
      return { outcome: 'refused', text: error.message };
    }
    const { found } = await this.#look(runtime);
    return { outcome: 'added', text: `${identifier} runs: ${found}` };
  }

  async #look(runtime: Runtime): Promise<Omit<RuntimeFact, 'identifier'>> {
    const { identifier, family, version } = runtime;
    const toAdd = { verdict: 'missing', found: `to get it: hearth runtimes add ${identifier}` } as const;
    switch (family) {
      case 'nodejs':
        return this.#lookForNode(version);
      case 'python': {
        const python = await findPython(version, this.#options.pythonPlaces, this.#run);
        return python === undefined ? toAdd : { verdict: 'here', found: `Python ${python.version}, ${python.executable}` };
      }
      case 'java': {
        const java = await findJava(featureOf(runtime), this.#options.javaPlaces);
        return java === undefined ? toAdd : { verdict: 'here', found: `Java ${java.version}, ${java.home}` };
      }
      case 'ruby': {
        const ruby = await findRuby(version, this.#options.pythonPlaces.homeDirectory, this.#run);
        return ruby === undefined ? toAdd : { verdict: 'here', found: `Ruby ${ruby.version}, ${ruby.executable}` };
      }
      case 'provided':
        return { verdict: 'here', found: 'functions bring it along' };
      default:
        return {
          verdict: 'missing',
          found: family === 'dotnet' ? 'publish functions self-contained, for provided.al2023' : 'Hearth cannot run it',
        };
    }
  }

  async #lookForNode(major: string): Promise<Omit<RuntimeFact, 'identifier'>> {
    const { hearthNode, dataDirectory } = this.#options;
    const { stdout } = await this.#run(hearthNode, ['--version'], { timeoutMs: PROBE_TIMEOUT_MS });
    if (stdout.startsWith(`v${major}.`)) return { verdict: 'here', found: `Node.js ${stdout.trim().slice(1)}, Hearth's own` };
    const version = NODE_VERSIONS[major];
    if (version === undefined) return { verdict: 'missing', found: 'Hearth knows no version of it' };
    const folder = join(dataDirectory, 'runtimes', `node-${version}`);
    if (await exists(folder)) return { verdict: 'here', found: `Node.js ${version}, ${folder}` };
    return { verdict: 'fetched', found: `Node.js ${version}, by npm when a function first needs it` };
  }

  /** Debian's packages for what the host lacks; Node.js comes by npm. */
  async #missingPackages(runtime: Runtime): Promise<readonly string[]> {
    const { verdict } = await this.#look(runtime);
    if (runtime.family === 'python' && verdict === 'missing') return [`python${runtime.version}`, `python${runtime.version}-venv`];
    if (runtime.family === 'ruby' && verdict === 'missing') return [`ruby${runtime.version}`];
    if (runtime.family !== 'java') return [];
    return [
      ...(verdict === 'missing' ? [`openjdk-${featureOf(runtime)}-jre-headless`] : []),
      ...((await this.#works('mvn')) ? [] : ['maven']),
    ];
  }

  async #works(program: string): Promise<boolean> {
    try {
      await this.#run(program, ['--version'], { timeoutMs: PROBE_TIMEOUT_MS });
      return true;
    } catch (error) {
      if (error instanceof ToolFailed) return false;
      throw error;
    }
  }

  /** @throws ToolFailed when the packages cannot be had, with the list of packages as new as can be */
  async #install(packages: readonly string[], say: (line: string) => void): Promise<void> {
    const install = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages];
    say(`installing with apt-get: ${packages.join(' ')}`);
    try {
      await this.#run('env', install, { timeoutMs: PACKAGES_TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof ToolFailed)) throw error;
      say('that failed; refreshing the lists of packages (apt-get update), then once more');
      await this.#run('apt-get', ['update', '-qq'], { timeoutMs: PACKAGES_TIMEOUT_MS });
      await this.#run('env', install, { timeoutMs: PACKAGES_TIMEOUT_MS });
    }
  }
}

function featureOf({ version }: Runtime): number {
  return Number.parseInt(version, 10);
}
