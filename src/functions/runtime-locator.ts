import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { bootstrapDirectory } from './bootstrap-directory.ts';
import { installDirectory } from './installed-directory.ts';
import { findJava, type JavaPlaces } from './java-finder.ts';
import { JAVA_CLIENT, javaClient, javaDirectory } from './java-runtime.ts';
import { nodeSdkBundle } from './node-sdk-bundle.ts';
import { NODE_VERSIONS } from './node-versions.ts';
import { findPython, type FoundPython, type PythonPlaces } from './python-finder.ts';
import { findRuby, type FoundRuby } from './ruby-finder.ts';
import { compileArguments, emptyBundle, pythonSdkBundle } from './python-sdk-bundle.ts';
import { runTool, ToolFailed, type RunTool } from './run-tool.ts';
import { runtimeEnvironment } from './runtime-environment.ts';
import { runtimeByIdentifier, type Runtime, type RuntimeFamily } from './runtimes.ts';

/** A runtime that can be started on this host. */
export interface RuntimeInstallation {
  readonly identifier: string;
  readonly family: RuntimeFamily;
  /** Absolute path inside, and arguments. */
  readonly command: readonly string[];
  /** Read-only binds, host path to path inside; one target may lie inside another. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  /** The variables that come with the runtime; those of the function and of the invocation environment are not among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether its bootstrap is ours and understands frames. */
  readonly framed: boolean;
  /** `python:3.12.v1`, as INIT_START shows it. */
  readonly versionLabel: string;
}

/** A runtime cannot be had here. The message says what to do. */
export class RuntimeUnavailable extends Error {
  override readonly name = 'RuntimeUnavailable';
}

export interface RuntimeLocatorOptions {
  /** What is fetched or made for runtimes goes to `runtimes` in there. */
  readonly dataDirectory: string;
  /** The Node.js binary that runs Hearth itself; it serves the functions of its major version. */
  readonly hearthNode: string;
  /** Where `package.json` of Hearth is. */
  readonly packageRoot: string;
  readonly pythonPlaces: PythonPlaces;
  readonly javaPlaces: JavaPlaces;
  readonly architecture: 'x64' | 'arm64';
  readonly ids: IdSource;
  /** One line for people: something works less well than it could. */
  readonly onWarning: (message: string) => void;
  /** Aborted when the daemon closes: what is being fetched is given up, and who asked for it is told the signal's reason. */
  readonly signal: AbortSignal;
  readonly run?: RunTool;
}

/** Node 20 and 22 have these on by default by now; AWS starts its runtimes without what was experimental when they appeared. */
const WITHOUT_EXPERIMENTS = ['--no-experimental-require-module', '--no-experimental-detect-module'] as const;
const NODE_WITHOUT_EXPERIMENTS: ReadonlySet<string> = new Set(['20', '22']);

/** As AWS's start script: little memory, a fast start. */
const JAVA_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Djava.net.preferIPv4Stack=true'] as const;

/** AWS's client has a native part; from here on Java warns of such. */
const FIRST_JAVA_WITH_NATIVE_RULES = 24;
const NATIVE_ACCESS = ['--enable-native-access=ALL-UNNAMED'] as const;

/** With Amazon.Lambda.RuntimeSupport in it, which is what AWS's own managed runtime does. */
const DOTNET_REMEDY =
  ' A .NET function runs on provided.al2023: make it an executable assembly with Amazon.Lambda.RuntimeSupport, and publish it self-contained, with the assembly name bootstrap.';

const NPM_TIMEOUT_MS = 300_000;
const PROBE_TIMEOUT_MS = 10_000;
const COMPILE_TIMEOUT_MS = 30_000;

/**
 * Finds, fetches and prepares the runtimes of functions. Each is looked for once: those that ask meanwhile wait for the same
 * answer, and later ones get it at once. A failure is not kept, since somebody may install what is missing.
 */
export class RuntimeLocator {
  readonly #options: RuntimeLocatorOptions;
  readonly #directory: string;
  readonly #sources: string;
  readonly #run: RunTool;
  readonly #found = new Map<string, Promise<RuntimeInstallation>>();
  #nodeSdk: Promise<string> | undefined;

  constructor(options: RuntimeLocatorOptions) {
    this.#options = options;
    this.#directory = join(options.dataDirectory, 'runtimes');
    this.#sources = join(options.packageRoot, 'runtimes');
    const { run = runTool, signal } = options;
    this.#run = (file, args, { timeoutMs }) => run(file, args, { timeoutMs, signal });
  }

  /** @throws RuntimeUnavailable */
  locate(identifier: string): Promise<RuntimeInstallation> {
    let found = this.#found.get(identifier);
    if (found === undefined) {
      found = this.#locate(identifier);
      this.#found.set(identifier, found);
      found.catch(() => this.#found.delete(identifier));
    }
    return found;
  }

  /** Rejects as `locate` does. */
  async ensure(identifier: string): Promise<void> {
    await this.locate(identifier);
  }

  async #locate(identifier: string): Promise<RuntimeInstallation> {
    const runtime = runtimeByIdentifier(identifier);
    if (runtime?.family === 'nodejs') return this.#nodejs(runtime);
    if (runtime?.family === 'python') return this.#python(runtime);
    if (runtime?.family === 'java') return this.#java(runtime);
    if (runtime?.family === 'ruby') return this.#ruby(runtime);
    if (runtime?.family === 'provided') return installation(runtime, { command: ['/var/task/bootstrap'], mounts: [], framed: false });
    throw new RuntimeUnavailable(
      `Hearth cannot run ${identifier} functions. It runs Node.js, Python, Java, Ruby and custom (provided.*) runtimes.${
        runtime?.family === 'dotnet' ? DOTNET_REMEDY : ''
      }`,
    );
  }

  async #nodejs(runtime: Runtime): Promise<RuntimeInstallation> {
    const { ids } = this.#options;
    const [node, bootstrap, sdk] = await together([
      this.#node(runtime),
      bootstrapDirectory({
        sources: this.#sources,
        language: 'nodejs',
        variant: 'nodejs',
        directory: this.#directory,
        ids,
        finish: () => Promise.resolve(),
      }),
      this.#nodeSdkBundle(),
    ]);
    const flags = NODE_WITHOUT_EXPERIMENTS.has(runtime.version) ? WITHOUT_EXPERIMENTS : [];
    return installation(runtime, {
      command: ['/var/lang/bin/node', ...flags, '/var/runtime/bootstrap.cjs'],
      mounts: [
        { source: node, target: '/var/lang/bin/node' },
        { source: bootstrap, target: '/var/runtime' },
        { source: sdk, target: '/var/runtime/node_modules' },
      ],
      framed: true,
    });
  }

  /** The binary of a major version: ours, or one from npm. */
  async #node(runtime: Runtime): Promise<string> {
    const { hearthNode, architecture } = this.#options;
    const { stdout } = await this.#run(hearthNode, ['--version'], { timeoutMs: PROBE_TIMEOUT_MS });
    if (stdout.startsWith(`v${runtime.version}.`)) return hearthNode;
    const version = NODE_VERSIONS[runtime.version];
    if (version === undefined) throw new RuntimeUnavailable(`There is no Node.js ${runtime.version} for ${runtime.identifier}.`);
    const name = `node-linux-${architecture}`;
    const target = join(this.#directory, `node-${version}`);
    try {
      await installDirectory(target, this.#options.ids, async (temporary) => {
        const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
        await this.#run('npm', ['install', '--prefix', temporary, ...flags, `${name}@${version}`], { timeoutMs: NPM_TIMEOUT_MS });
      });
    } catch (error) {
      if (!(error instanceof ToolFailed)) throw error;
      throw new RuntimeUnavailable(
        `Node.js ${version} for ${runtime.identifier} could not be fetched (${error.message}). With npm and its registry in reach, try: npm install --prefix ${target} ${name}@${version}`,
        { cause: error },
      );
    }
    return join(target, 'node_modules', name, 'bin', 'node');
  }

  #nodeSdkBundle(): Promise<string> {
    const { packageRoot, ids } = this.#options;
    this.#nodeSdk ??= nodeSdkBundle({ packageRoot, directory: this.#directory, ids });
    this.#nodeSdk.catch(() => (this.#nodeSdk = undefined));
    return this.#nodeSdk;
  }

  async #python(runtime: Runtime): Promise<RuntimeInstallation> {
    const { version } = runtime;
    const python = await findPython(version, this.#options.pythonPlaces, this.#run);
    if (python === undefined) {
      throw new RuntimeUnavailable(
        `No Python ${version} was found for ${runtime.identifier} (looked on PATH, in ~/.pyenv/versions, /opt, /usr/local and /usr). Install it, for example with: pyenv install ${version}, or: apt-get install python${version}`,
      );
    }
    const [language, bootstrap, sdk] = await together([
      this.#pythonDirectory(python, version),
      this.#pythonBootstrap(python),
      this.#pythonSdk(python),
    ]);
    const sitePackages = `/var/lang/lib/python${version}/site-packages`;
    const found = installation(runtime, {
      command: [`/var/lang/bin/python${version}`, '/var/runtime/bootstrap.py'],
      mounts: [
        { source: language, target: '/var/lang' },
        { source: bootstrap, target: '/var/runtime' },
        // Also hides what the host has installed for its own use.
        { source: sdk, target: sitePackages },
      ],
      framed: true,
    });
    // The bootstrap takes it out again before the function sees its environment.
    return { ...found, environment: { ...found.environment, _HEARTH_SDK_PATH: sitePackages } };
  }

  /** What becomes /var/lang. The system's Python lives in /usr, which is there inside as well: links lead to it. */
  async #pythonDirectory(python: FoundPython, version: string): Promise<string> {
    if (python.prefix !== '/usr') return python.prefix;
    const target = join(this.#directory, `python-${version}-usr`);
    await installDirectory(target, this.#options.ids, async (temporary) => {
      await mkdir(join(temporary, 'bin'));
      await mkdir(join(temporary, 'lib', `python${version}`, 'site-packages'), { recursive: true });
      for (const name of [`python${version}`, 'python3', 'python']) await symlink(python.executable, join(temporary, 'bin', name));
    });
    return target;
  }

  #pythonBootstrap(python: FoundPython): Promise<string> {
    const { ids } = this.#options;
    const finish = async (copy: string): Promise<void> => {
      await this.#run(python.executable, compileArguments(copy), { timeoutMs: COMPILE_TIMEOUT_MS });
    };
    return bootstrapDirectory({
      sources: this.#sources,
      language: 'python',
      variant: `python${python.version}`,
      directory: this.#directory,
      ids,
      finish,
    });
  }

  async #java(runtime: Runtime): Promise<RuntimeInstallation> {
    const { ids, javaPlaces } = this.#options;
    const feature = Number.parseInt(runtime.version, 10);
    const java = await findJava(feature, javaPlaces);
    if (java === undefined) {
      throw new RuntimeUnavailable(
        `No Java ${feature} was found for ${runtime.identifier} (looked in JAVA_HOME, /usr/lib/jvm, ~/.sdkman and /opt). Install one, for example with: apt-get install openjdk-${feature}-jre-headless`,
      );
    }
    const directory = this.#directory;
    const [language, client] = await together([javaDirectory(java, { directory, ids }), this.#javaClient(runtime)]);
    return installation(runtime, {
      command: [
        '/var/lang/bin/java',
        ...JAVA_FLAGS,
        ...(feature >= FIRST_JAVA_WITH_NATIVE_RULES ? NATIVE_ACCESS : []),
        '-classpath',
        '/var/runtime/lib/*',
        JAVA_CLIENT.main,
      ],
      mounts: [
        { source: language, target: '/var/lang' },
        { source: client, target: '/var/runtime' },
      ],
      framed: false,
    });
  }

  async #javaClient(runtime: Runtime): Promise<string> {
    const { ids, packageRoot } = this.#options;
    const wrapper = join(packageRoot, 'runtimes', 'exec-wrapper');
    try {
      return await javaClient({
        directory: this.#directory,
        ids,
        wrapper,
        homeDirectory: this.#options.javaPlaces.homeDirectory,
        run: this.#run,
      });
    } catch (error) {
      if (!(error instanceof ToolFailed)) throw error;
      throw new RuntimeUnavailable(
        `AWS's runtime client for Java (${JAVA_CLIENT.artifact} ${JAVA_CLIENT.version}), which ${runtime.identifier} needs, could not be fetched with Maven: ${error.message}. With Maven (apt-get install maven) and its repository in reach, try again.`,
        { cause: error },
      );
    }
  }

  async #ruby(runtime: Runtime): Promise<RuntimeInstallation> {
    const { version } = runtime;
    const ruby = await findRuby(version, this.#options.pythonPlaces.homeDirectory, this.#run);
    if (ruby === undefined) {
      throw new RuntimeUnavailable(
        `No Ruby ${version} was found for ${runtime.identifier} (looked on PATH, in ~/.rbenv/versions, ~/.rubies, /opt, /usr/local and /usr). Install it, for example with: rbenv install ${version}, or where the distribution has it: apt-get install ruby${version}`,
      );
    }
    const [language, bootstrap] = await together([
      this.#rubyDirectory(ruby),
      bootstrapDirectory({
        sources: this.#sources,
        language: 'ruby',
        variant: 'ruby',
        directory: this.#directory,
        ids: this.#options.ids,
        finish: () => Promise.resolve(),
      }),
    ]);
    // Its own library by path: the program remembers where it was installed, which is elsewhere inside.
    const library = `/var/lang/lib/ruby/${version}.0`;
    const ownLibrary = ruby.prefix === '/usr' ? [] : [`-I${library}`, `-I${library}/${ruby.architecture}`];
    return installation(runtime, {
      command: ['/var/lang/bin/ruby', ...ownLibrary, '/var/runtime/bootstrap.rb'],
      mounts: [
        { source: language, target: '/var/lang' },
        { source: bootstrap, target: '/var/runtime' },
      ],
      framed: false,
    });
  }

  /** What becomes /var/lang; the system's Ruby is in /usr inside as well. */
  async #rubyDirectory(ruby: FoundRuby): Promise<string> {
    if (ruby.prefix !== '/usr') return ruby.prefix;
    const target = join(this.#directory, `ruby-${ruby.version}-usr`);
    await installDirectory(target, this.#options.ids, async (temporary) => {
      await mkdir(join(temporary, 'bin'));
      await symlink(ruby.executable, join(temporary, 'bin', 'ruby'));
    });
    return target;
  }

  /** Functions run without boto3 when it cannot be had; most need none. */
  async #pythonSdk(python: FoundPython): Promise<string> {
    const { ids } = this.#options;
    try {
      return await pythonSdkBundle({ python, sources: join(this.#sources, 'python'), directory: this.#directory, ids, run: this.#run });
    } catch (error) {
      if (!(error instanceof ToolFailed)) throw error;
      this.#options.onWarning(
        `boto3 could not be installed for Python ${python.version}, so functions cannot import it until the next start: ${error.message}`,
      );
      return emptyBundle(this.#directory);
    }
  }
}

/** As `Promise.all`, but when one fails the others end first: none goes on with nobody to wait for it. */
async function together<Parts extends readonly [unknown, ...unknown[]]>(
  parts: Readonly<{ [Index in keyof Parts]: Promise<Parts[Index]> }>,
): Promise<Parts> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

function installation(runtime: Runtime, parts: Pick<RuntimeInstallation, 'command' | 'mounts' | 'framed'>): RuntimeInstallation {
  const { identifier, family, versionLabel } = runtime;
  return { identifier, family, versionLabel, environment: runtimeEnvironment(runtime), ...parts };
}
