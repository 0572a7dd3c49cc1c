import type { FunctionConfiguration, UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import { checkUnzippedSize } from '#functions/function-layers.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { checkUpdatable, formatLastModified, startUpdate } from '#functions/function-state.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { changeLoggingConfig } from '#functions/logging-config.ts';
import { checkUserEnvironment } from '#functions/user-environment.ts';
import { checkRevision } from '../check-revision.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { checkRole, checkSizes, type RoleTrust, type RuntimeRules } from '../function-rules.ts';
import { refuseUnsupported } from '../refused-parameters.ts';
import type { SignatureCheck } from '../signature-check.ts';
import { changeTarget } from '../target-function.ts';
import { usedLayers } from '../used-layers.ts';

export interface UpdateFunctionConfigurationDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly layers: Pick<LayerRepository, 'find' | 'keep'>;
  readonly lifecycle: Pick<FunctionLifecycle, 'advance'>;
  readonly signatureCheck: Pick<SignatureCheck, 'check'>;
  readonly roles: RoleTrust;
  readonly runtimes: RuntimeRules;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Changes the given settings of `$LATEST`; the rest stays. */
export function updateFunctionConfiguration(
  deps: UpdateFunctionConfigurationDependencies,
): Operation<UpdateFunctionConfigurationCommandInput, FunctionConfiguration> {
  return async (input, context) => {
    refuseUnsupported('UpdateFunctionConfiguration', input);
    const target = changeTarget('UpdateFunctionConfiguration', input, context, deps.functions);
    const check = (record: FunctionRecord): void => {
      checkUpdatable(record);
      checkRevision(record.latest, input.RevisionId);
    };
    check(target);
    if (input.Runtime !== undefined) deps.runtimes.checkForUpdate(input.Runtime);
    checkSizes(input);
    checkUserEnvironment(input.Environment?.Variables ?? {});
    if (input.Role !== undefined) await checkRole(input.Role, context, deps.roles);
    const layers = input.Layers === undefined ? undefined : usedLayers(input.Layers, context, deps.layers);
    using _kept = deps.layers.keep(layers?.map((layer) => layer.code.digest) ?? []);

    const updated = await deps.functions.update(target, (record) => {
      check(record);
      const stamp = { ids: deps.ids, lastModified: formatLastModified(deps.clock.wallMs()) };
      const changed = startUpdate(record, { ...changesOf(input, record.latest), ...(layers !== undefined && { layers }) }, stamp);
      checkUnzippedSize(changed.latest);
      if (layers !== undefined)
        deps.signatureCheck.check(
          record,
          layers.map((layer) => layer.code),
        );
      return changed;
    });
    if (updated === undefined) throw functionNotFound(target);
    deps.lifecycle.advance(updated);
    return toFunctionConfiguration(updated.latest);
  };
}

function changesOf(input: UpdateFunctionConfigurationCommandInput, current: FunctionVersion): Partial<FunctionVersion> {
  return {
    role: input.Role ?? current.role,
    handler: input.Handler ?? current.handler,
    runtime: input.Runtime ?? current.runtime,
    description: input.Description ?? current.description,
    timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
    memoryMb: input.MemorySize ?? current.memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? current.ephemeralStorageMb,
    tracingMode: input.TracingConfig?.Mode ?? current.tracingMode,
    logging: changeLoggingConfig(current.logging, input.LoggingConfig ?? {}),
    // An Environment replaces all variables.
    ...(input.Environment !== undefined && { environment: { ...input.Environment.Variables } }),
  };
}
