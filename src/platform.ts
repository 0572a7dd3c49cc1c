import { setMaxListeners } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, relative } from 'node:path';
import { systemChance } from '#base/chance.ts';
import { systemClock } from '#base/clock.ts';
import { afterThisTurn } from '#base/defer.ts';
import { Closers } from '#base/closers.ts';
import { systemIds } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import { InProcessS3 } from '#aws/client/in-process-s3.ts';
import { bucketOfHost, isS3Host } from '#aws/wire/bucket-host.ts';
import { loadServiceWire } from '#aws/wire/service-wire.ts';
import type { Platform, PlatformIo } from '#cli/start.ts';
import type { Config } from '#config/config.ts';
import type { Handover } from '#config/handover.ts';
import { packageVersion } from '#config/version.ts';
import { EnvironmentLauncher } from '#environments/environment-launcher.ts';
import { EnvironmentPool } from '#environments/environment-pool.ts';
import { ParkedRuntimes } from '#environments/parked/parked-runtimes.ts';
import { ProvisionedEnvironments } from '#environments/provisioned-environments.ts';
import { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { CodeStorage } from '#functions/code-storage.ts';
import { CodeStore, type UnpackedCode } from '#functions/code-store.ts';
import { CodeSweeper } from '#functions/code-sweeper.ts';
import { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import { foreignBinaries } from '#functions/foreign-binaries.ts';
import { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import { FunctionUrlIndex } from '#functions/function-url-index.ts';
import { FunctionRepository } from '#functions/function-repository.ts';
import { IdleFunctions } from '#functions/idle-functions.ts';
import { LayerRepository } from '#functions/layer-repository.ts';
import { signPackage } from '#functions/package-signature.ts';
import { RuntimeLocator } from '#functions/runtime-locator.ts';
import { RuntimePolicy } from '#functions/runtimes.ts';
import { Authenticator } from '#gateway/authenticate.ts';
import { policyAuthorizer } from '#gateway/authorize.ts';
import { codeDownloadDoor } from '#gateway/doors/code-download.ts';
import { functionUrlDoor } from '#gateway/doors/function-url.ts';
import { urlHost } from '#gateway/doors/function-url-address.ts';
import { healthDoor } from '#gateway/doors/health.ts';
import { Gateway } from '#gateway/gateway.ts';
import { createGuard, hostInUrl } from '#gateway/guard.ts';
import { Listeners } from '#gateway/listeners.ts';
import { Admission } from '#invocation/admission.ts';
import { Invoker } from '#invocation/invoker.ts';
import { chooseDriver } from '#sandboxes/choose-driver.ts';
import type { SandboxDriver } from '#sandboxes/sandbox.ts';
import { autoscalingService } from '#services/application-autoscaling/autoscaling-service.ts';
import { ScalableTargets } from '#services/application-autoscaling/scalable-targets.ts';
import { ScalingEngine } from '#services/application-autoscaling/scaling-engine.ts';
import { IamDirectory } from '#services/iam/iam-directory.ts';
import { iamService } from '#services/iam/iam-service.ts';
import { Identity } from '#services/iam/identity.ts';
import { CodeSource } from '#services/lambda/code-source.ts';
import { FunctionUrls } from '#services/lambda/function-urls/function-urls.ts';
import { ApiRates } from '#services/lambda/api-rates.ts';
import { CODE_URL_PREFIX, CodeUrls } from '#services/lambda/code-url.ts';
import { ProvisionedCapacity } from '#services/lambda/provisioned-capacity.ts';
import { lambdaService } from '#services/lambda/service.ts';
import { SignatureCheck } from '#services/lambda/signature-check.ts';
import { LogStore } from '#services/logs/log-store.ts';
import { logsService } from '#services/logs/service.ts';
import { RoleSessions } from '#services/sts/role-sessions.ts';
import { loadSessionKey } from '#services/sts/session-key.ts';
import { SessionTokens } from '#services/sts/session-token.ts';
import { Buckets } from '#services/s3/buckets.ts';
import { ContentReader } from '#services/s3/content-reader.ts';
import { ObjectSweeper } from '#services/s3/object-sweeper.ts';
import { Objects } from '#services/s3/objects.ts';
import { s3Service } from '#services/s3/s3-service.ts';
import { Uploads } from '#services/s3/uploads.ts';
import { signerService } from '#services/signer/signer-service.ts';
import { SigningJobs } from '#services/signer/signing-jobs.ts';
import { SigningProfiles } from '#services/signer/signing-profiles.ts';
import { stsService } from '#services/sts/sts-service.ts';
import { FileBlobStore } from '#storage/files/file-blob-store.ts';
import { SegmentStore } from '#storage/segments/segment-store.ts';
import { openSqliteDocumentStore } from '#storage/sqlite/sqlite-document-store.ts';
import { hostOptions, PACKAGE_ROOT } from './host-options.ts';

/** Credentials of an environment, as AWS gives them; an environment is retired well before. */
const ENVIRONMENT_CREDENTIALS_SECONDS = 12 * 3600;
const ENVIRONMENT_MAX_AGE_MS = 8 * 3600 * 1000;

/**
 * Environments in their init phase at once. Enough that functions whose init waits for something do not hold up others; few enough
 * that a burst does not starve every init beyond its ten seconds.
 */
const LAUNCHES_PER_CORE = 16;

/** How long a drain waits for requests that run. */
const DRAIN_MS = 10_000;

/** Builds the whole platform in layer order, recovers what an earlier run left, and listens. */
export async function startPlatform(config: Config, io: PlatformIo, handover?: Handover): Promise<Platform> {
  const clock = systemClock;
  const ids = systemIds;
  const { logger } = io;
  const closers = new Closers(logger);
  // Ends what may take minutes and can be taken up again at the next start; each function in transition listens.
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  try {
    // storage and sandboxes, at once: the one starts a thread, the other asks the host
    const [opened, driving] = await Promise.allSettled([openStorage(config, logger), openDriver(config, logger, handover)]);
    if (opened.status === 'fulfilled') closers.push(() => opened.value.documents.close());
    if (driving.status === 'fulfilled') closers.push(() => driving.value.close());
    const { documents, records } = fulfilled(opened);
    const driver = fulfilled(driving);
    const blobs = new FileBlobStore(join(config.dataDir, 'blobs'), { clock, ids });
    io.print(`Isolation: ${driver.description}`);
    let status = 'running';
    const storeFailed = documents.failed.then((error) => {
      logger.error('the document store has failed', { error });
      return error;
    });
    const failed = Promise.race([storeFailed, driver.failed]).then((error) => {
      status = 'failing';
      return error;
    });

    // identity
    const directory = await IamDirectory.open(documents);
    closers.push(() => directory.close());
    const identity = new Identity(directory);
    const tokens = new SessionTokens(await loadSessionKey(documents, ids), ids);
    const sessions = new RoleSessions({ roles: identity, tokens, clock });
    const authenticator = new Authenticator(config.identity, {
      clock,
      accessKeys: { find: (accessKeyId) => identity.findAccessKey(accessKeyId) },
      sessions: tokens,
      bucketOfHost,
    });

    // logs
    const logStore = await LogStore.open({ documents, records, clock, ids, logger });
    closers.push(() => logStore.close());

    // objects: their bytes are apart from code packages, for each store is swept by its owner
    const objectBlobs = new FileBlobStore(join(config.dataDir, 'objects'), { clock, ids });
    const buckets = await Buckets.open(documents);
    closers.push(() => buckets.close());
    const objects = new Objects({ documents, buckets });
    const uploads = new Uploads({ documents, buckets });
    const content = new ContentReader(objectBlobs);
    const objectSweeper = new ObjectSweeper({ objects, uploads, content, blobs: objectBlobs, clock, log: logger });
    closers.push(() => objectSweeper.close());

    // signatures of code
    const signingProfiles = await SigningProfiles.open(documents);
    closers.push(() => signingProfiles.close());
    const codeSigning = await CodeSigningConfigs.open(documents);
    closers.push(() => codeSigning.close());

    // functions
    const functions = await FunctionRepository.open(documents);
    closers.push(() => functions.close());
    const layers = await LayerRepository.open(documents);
    closers.push(() => layers.close());
    const code = await CodeStore.open({
      folder: join(config.dataDir, 'code'),
      blobs,
      ids,
      log: logger,
      signal: closing.signal,
      share: driver.share?.bind(driver),
    });
    // The data folder may lie where only root gets to, such as root's home.
    const codeFolder = await driver.reach(join(config.dataDir, 'code'));
    const reached = (unpacked: UnpackedCode): UnpackedCode => ({
      ...unpacked,
      path: join(codeFolder, relative(join(config.dataDir, 'code'), unpacked.path)),
    });
    const runtimes = new RuntimeLocator({
      dataDirectory: config.dataDir,
      hearthNode: process.execPath,
      packageRoot: PACKAGE_ROOT,
      pythonPlaces: { homeDirectory: handover?.home ?? homedir() },
      javaPlaces: { homeDirectory: handover?.home ?? homedir(), ...(config.javaHome !== undefined && { javaHome: config.javaHome }) },
      architecture: process.arch === 'arm64' ? 'arm64' : 'x64',
      ids,
      onWarning: (message) => logger.warn(message),
      signal: closing.signal,
    });
    const lifecycle = new FunctionLifecycle({ functions, code, runtimes, clock, ids, log: logger, signal: closing.signal });
    closers.push(() => {
      closing.abort(new Error('the daemon closes'));
      return lifecycle.close();
    });

    const scalableTargets = await ScalableTargets.open(documents);
    closers.push(() => scalableTargets.close());
    const admission = new Admission({ accountLimit: config.accountConcurrency, clock });
    admission.follow(functions);

    const idle = new IdleFunctions({ functions, clock, ids, log: logger });
    closers.push(() => idle.close());

    // environments: they reach the gateway, which is built last
    const parked =
      driver.parks && config.parkedMemoryBytes > 0
        ? new ParkedRuntimes({ driver, memoryBytes: config.parkedMemoryBytes, clock, ids, logger })
        : undefined;
    closers.push(() => parked?.close());
    const pool = new EnvironmentPool({
      launcher: new EnvironmentLauncher({
        driver,
        parked,
        code: {
          unpacked: async (version) => reached(await code.ensureUnpacked(version.code.digest)),
          layers: async ({ layers: used = [] }) =>
            used.length === 0 ? undefined : reached(await code.ensureLayered(used.map((layer) => layer.code.digest))),
        },
        runtimes,
        credentials: { issue: (roleArn, sessionName) => sessions.issue(roleArn, sessionName, ENVIRONMENT_CREDENTIALS_SECONDS) },
        awsEndpoint: { attach: (fd, environmentId) => listeners.attach(fd, environmentId) },
        logSink: logStore,
        clock,
        ids,
        logger,
        network: driver.networks.includes('internet') && config.functionNetwork !== 'none' ? 'internet' : 'none',
        freezeGraceMs: config.freezeGraceMs,
        onLaunch: (version) => idle.used(version),
        defer: afterThisTurn,
        cores: availableParallelism(),
        hostArchitecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
        foreignBinaries,
      }),
      clock,
      logger,
      maxLaunches: LAUNCHES_PER_CORE * availableParallelism(),
      idleTimeoutMs: config.idleTimeoutMs,
      maxAgeMs: ENVIRONMENT_MAX_AGE_MS,
      admitLaunch: (version) => admission.admitEnvironment(version),
    });
    closers.push(() => pool.close());
    functions.onRetired((version) => pool.retire(version));
    const provisioned = new ProvisionedEnvironments({
      environments: pool,
      claim: (version, signal) => admission.claim(version, signal),
      clock,
      logger,
      maxAgeMs: ENVIRONMENT_MAX_AGE_MS,
    });
    closers.push(() => provisioned.close());
    const sweeper = new CodeSweeper({ functions, layers, environments: pool, code, blobs, clock, log: logger });
    closers.push(() => sweeper.close());
    await sweeper.sweep();

    // invocation and services
    const invoker = new Invoker({ admission, placement: pool, provisioned });
    const codeUrls = new CodeUrls({ secret: ids.hex(32), clock, blobs });
    const concurrency = new ConcurrencyLedger({ functions, accountLimit: config.accountConcurrency });
    const capacity = new ProvisionedCapacity({ functions, concurrency, provisioned, clock });
    const scalingEngine = new ScalingEngine({ targets: scalableTargets, capacity, clock, logger });
    closers.push(() => scalingEngine.close());
    const urls = new FunctionUrlIndex(functions);
    const functionUrls = new FunctionUrls({ urls, functions, lifecycle, invoker, clock, ids, chance: systemChance });
    const services = [
      lambdaService(
        {
          functions,
          urls,
          layers,
          lifecycle,
          codeSource: new CodeSource({
            blobs,
            objects: { read: (object, by, maxBytes) => inProcessS3.read(object, by, maxBytes) },
            signatures: signingProfiles,
          }),
          codeSigning,
          signatureCheck: new SignatureCheck({ configs: codeSigning, clock, log: logger }),
          codeStorage: new CodeStorage({ functions, layers }),
          codeUrls,
          invoker,
          roles: { assumableByLambda: (roleArn) => sessions.canBeAssumedBy(roleArn, 'lambda.amazonaws.com') },
          runtimes: new RuntimePolicy({ clock, refuseRetired: config.runtimeDeprecationCheck }),
          provisioned,
          concurrency,
          clock,
          ids,
          chance: systemChance,
        },
        config.apiRates ? new ApiRates(clock) : undefined,
      ),
      iamService({ directory, clock, ids }),
      stsService({ roles: identity, policies: identity, sessions, tokens, clock }),
      logsService({ store: logStore, clock, ids }),
      autoscalingService({ targets: scalableTargets, capacity, engine: scalingEngine, clock, ids }),
      signerService({
        profiles: signingProfiles,
        jobs: new SigningJobs(documents),
        objects: {
          read: (object, by, maxBytes) => inProcessS3.read(object, by, maxBytes),
          write: (object, by, bytes) => inProcessS3.write(object, by, bytes),
        },
        signPackage,
        clock,
        ids,
      }),
      s3Service({ buckets, objects, uploads, content, blobs: objectBlobs, clock, ids }),
    ];

    // gateway
    const startedMs = clock.monotonicMs();
    const authorizer = policyAuthorizer(identity);
    const gateway = new Gateway({
      services: new Map(services.map((service) => [service.name, service])),
      loadWire: loadServiceWire,
      guard: createGuard({
        allowedHosts: [hostInUrl(config.host), ...config.allowedHosts],
        allowedOrigins: config.allowedOrigins,
        isS3Host,
        parentOfVirtualHost: (name) => urlHost(name)?.parent,
      }),
      authenticator,
      authorizer,
      doors: [
        // First, for all paths of its virtual hosts are its own.
        functionUrlDoor({ urls: functionUrls, authenticator, authorizer, ids, logger }),
        healthDoor(() => ({
          status,
          version: packageVersion(),
          uptimeSeconds: Math.round((clock.monotonicMs() - startedMs) / 1000),
          services: Object.fromEntries(services.map((service) => [service.name, 'running'])),
          isolation: driver.description,
          environments: { ...pool.counts, ...pool.totals },
          parkedRuntimes: parked?.counts ?? 'none',
          logs: logStore.stats(),
        })),
        codeDownloadDoor(CODE_URL_PREFIX, (path, query) => codeUrls.download(path, query)),
      ],
      ids,
      logger,
    });
    const inProcessS3 = new InProcessS3(gateway);
    const listeners = new Listeners(gateway, { clock, logger });
    const port = await listeners.listen(config.host, config.port);
    closers.push(() => listeners.close(DRAIN_MS));

    lifecycle.resume();
    provisioned.follow(functions);
    scalingEngine.start();
    return {
      endpoint: `http://${hostInUrl(config.host)}:${port}`,
      failed,
      async close() {
        const failures = await closers.closeAll();
        if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
      },
    };
  } catch (error) {
    // What fails here, too, is in the log; the first error is the one to tell.
    await closers.closeAll();
    throw error;
  }
}

interface Storage {
  readonly documents: Awaited<ReturnType<typeof openSqliteDocumentStore>>;
  readonly records: SegmentStore;
}

async function openStorage(config: Config, logger: Logger): Promise<Storage> {
  // Nobody but the daemon reads what is in here; the folders for code and runtimes guard themselves.
  const state = join(config.dataDir, 'state');
  const logs = join(config.dataDir, 'logs');
  // Synchronously, so that the storage thread is on its way before the host is probed, which holds this one.
  for (const folder of [state, logs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const documents = await openSqliteDocumentStore({ path: join(state, 'documents.sqlite'), clock: systemClock });
  return { documents, records: new SegmentStore({ directory: logs, budgetBytes: config.logBudgetBytes, clock: systemClock, logger }) };
}

function fulfilled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function openDriver(config: Config, logger: Logger, handover: Handover | undefined): Promise<SandboxDriver> {
  return chooseDriver({
    driver: config.isolation === 'none' ? 'process' : config.isolation,
    host: handover ?? hostOptions(config),
    clock: systemClock,
    logger,
  });
}
