import type { CreateFunctionCommandInput, FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { Operation, RequestContext } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { codeSigningConfigArn } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import type { CodeStorage } from '#functions/code-storage.ts';
import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import type { FunctionReference } from '#functions/function-name.ts';
import { checkUnzippedSize } from '#functions/function-layers.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository, Publication } from '#functions/function-repository.ts';
import { formatLastModified, PENDING, SUCCESSFUL } from '#functions/function-state.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { invalidParameter, oneValidationError, resourceConflict } from '#functions/lambda-errors.ts';
import { changeLoggingConfig, defaultLoggingConfig } from '#functions/logging-config.ts';
import { publishVersion } from '#functions/publish-version.ts';
import { checkUserEnvironment } from '#functions/user-environment.ts';
import { usableCodeSigningConfig } from '../code-signing-target.ts';
import type { CodeSource } from '../code-source.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { checkRole, checkSizes, checkTagCount, type RoleTrust, type RuntimeRules } from '../function-rules.ts';
import { refuseUnsupported } from '../refused-parameters.ts';
import type { SignatureCheck } from '../signature-check.ts';
import { resolveOwnFunction } from '../target-function.ts';
import { usedLayers } from '../used-layers.ts';

const MAX_NAME_LENGTH = 64;

export interface CreateFunctionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'create'>;
  readonly layers: Pick<LayerRepository, 'find' | 'keep'>;
  readonly lifecycle: Pick<FunctionLifecycle, 'advance'>;
  readonly codeSource: Pick<CodeSource, 'store'>;
  readonly codeSigning: Pick<CodeSigningConfigs, 'find'>;
  readonly signatureCheck: Pick<SignatureCheck, 'check'>;
  readonly codeStorage: Pick<CodeStorage, 'check'>;
  readonly roles: RoleTrust;
  readonly runtimes: RuntimeRules;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Stores a function in the state Pending, durably; the lifecycle makes it Active. A qualifier in the name is ignored, as on AWS. */
export function createFunction(deps: CreateFunctionDependencies): Operation<CreateFunctionCommandInput, FunctionConfiguration> {
  return async (input, context) => {
    refuseUnsupported('CreateFunction', input);
    const reference = resolveOwnFunction('CreateFunction', input, context);
    if (reference.name.length > MAX_NAME_LENGTH) {
      const constraint = `Member must have length less than or equal to ${MAX_NAME_LENGTH}`;
      throw invalidParameter(oneValidationError(reference.name, 'functionName', constraint));
    }
    const settings = await checkSettings(input, context, deps);
    const layers = usedLayers(input.Layers ?? [], context, deps.layers);
    using _kept = deps.layers.keep(layers.map((layer) => layer.code.digest));
    const exists = (): never => {
      throw resourceConflict(`Function already exist: ${reference.name}`);
    };
    if (deps.functions.find(reference.accountId, reference.region, reference.name) !== undefined) exists();
    const signing = input.CodeSigningConfigArn === undefined ? undefined : signingOf(input.CodeSigningConfigArn, context, deps.codeSigning);
    const code = await deps.codeSource.store(input.Code ?? {}, context);
    if (code === undefined) throw invalidParameter('Please provide a source for function code.');

    const created = { ...newRecord(reference, input, { ...settings, layers, code }, deps), ...signing };
    checkUnzippedSize(created.latest);
    deps.signatureCheck.check(created, [code, ...layers.map((layer) => layer.code)]);
    deps.codeStorage.check(reference, code.sizeBytes * (input.Publish === true ? 2 : 1));
    const publication: Publication =
      input.Publish === true ? publishVersion(created, undefined, { ids: deps.ids, nowMs: deps.clock.wallMs() }) : { record: created };
    const { record, published } = publication;
    if (!(await deps.functions.create(record, published))) exists();
    deps.lifecycle.advance(record);
    // The version's number and revision, but the function's ARN (recorded by test_publish_version_on_create).
    return toFunctionConfiguration(published ?? record.latest);
  };
}

function signingOf(
  arn: string,
  context: RequestContext,
  codeSigning: CreateFunctionDependencies['codeSigning'],
): Pick<FunctionRecord, 'codeSigningConfigArn'> {
  return { codeSigningConfigArn: codeSigningConfigArn(usableCodeSigningConfig(arn, context, codeSigning)) };
}

type Settings = Pick<FunctionVersion, 'runtime' | 'handler' | 'role'>;

async function checkSettings(
  input: CreateFunctionCommandInput,
  context: RequestContext,
  deps: CreateFunctionDependencies,
): Promise<Settings> {
  const { Runtime: runtime, Handler: handler, Role: role = '' } = input;
  if (!runtime || !handler) {
    throw invalidParameter('Runtime and Handler are mandatory parameters for functions created with deployment packages.');
  }
  deps.runtimes.checkForCreate(runtime);
  checkSizes(input);
  checkUserEnvironment(input.Environment?.Variables ?? {});
  checkTagCount(input.Tags ?? {});
  await checkRole(role, context, deps.roles);
  return { runtime, handler, role };
}

function newRecord(
  reference: FunctionReference,
  input: CreateFunctionCommandInput,
  settings: Settings & Pick<FunctionVersion, 'code' | 'layers'>,
  deps: CreateFunctionDependencies,
): FunctionRecord {
  const { accountId, region, name } = reference;
  const key = { accountId, region, name };
  return {
    ...key,
    tags: { ...input.Tags },
    versionCounter: 0,
    latest: {
      ...key,
      ...settings,
      version: '$LATEST',
      revisionId: deps.ids.uuid(),
      configurationId: deps.ids.uuid(),
      description: input.Description ?? '',
      timeoutSeconds: input.Timeout ?? 3,
      memoryMb: input.MemorySize ?? 128,
      ephemeralStorageMb: input.EphemeralStorage?.Size ?? 512,
      architecture: input.Architectures?.[0] ?? 'x86_64',
      ...(input.Environment !== undefined && { environment: { ...input.Environment.Variables } }),
      tracingMode: input.TracingConfig?.Mode ?? 'PassThrough',
      logging: changeLoggingConfig(defaultLoggingConfig(name), input.LoggingConfig ?? {}),
      lastModified: formatLastModified(deps.clock.wallMs()),
      state: PENDING,
      lastUpdate: SUCCESSFUL,
    },
  };
}
