import type { FunctionConfiguration, UpdateFunctionCodeCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { CodeStorage } from '#functions/code-storage.ts';
import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import { checkUnzippedSize } from '#functions/function-layers.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { checkUpdatable, formatLastModified, startUpdate } from '#functions/function-state.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import { newestVersion, publishVersion } from '#functions/publish-version.ts';
import { checkRevision } from '../check-revision.ts';
import type { CodeSource } from '../code-source.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { refuseUnsupported } from '../refused-parameters.ts';
import type { SignatureCheck } from '../signature-check.ts';
import { changeTarget } from '../target-function.ts';

export interface UpdateFunctionCodeDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'publish' | 'publishedVersion'>;
  readonly lifecycle: Pick<FunctionLifecycle, 'advance'>;
  readonly codeSource: Pick<CodeSource, 'check' | 'store'>;
  readonly signatureCheck: Pick<SignatureCheck, 'check'>;
  readonly codeStorage: Pick<CodeStorage, 'check'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/**
 * Replaces the package of `$LATEST`, and with Publish answers the version made of it (recorded by test_publish_with_update). With
 * DryRun everything is checked and nothing changed.
 */
export function updateFunctionCode(deps: UpdateFunctionCodeDependencies): Operation<UpdateFunctionCodeCommandInput, FunctionConfiguration> {
  return async (input, context) => {
    refuseUnsupported('UpdateFunctionCode', input);
    const target = changeTarget('UpdateFunctionCode', input, context, deps.functions);
    const check = (record: FunctionRecord): void => {
      checkUpdatable(record);
      checkRevision(record.latest, input.RevisionId);
    };
    check(target);
    const dryRun = input.DryRun === true;
    const code = await (dryRun ? deps.codeSource.check(input, context) : deps.codeSource.store(input, context));
    if (code === undefined) throw invalidParameter('Please provide a source for function code.');
    const architecture = input.Architectures?.[0] ?? target.latest.architecture;
    if (dryRun) {
      // The digest of the package that was sent: clients compare it with the present one to see whether anything changed.
      const checked = { ...target.latest, architecture, code };
      checkUnzippedSize(checked);
      deps.signatureCheck.check(target, [code]);
      return toFunctionConfiguration(checked);
    }
    const changes: Partial<FunctionVersion> = { code, architecture };
    let published: FunctionVersion | undefined;
    const updated = await deps.functions.publish(target, (record) => {
      check(record);
      const changed = startUpdate(record, changes, { ids: deps.ids, lastModified: formatLastModified(deps.clock.wallMs()) });
      checkUnzippedSize(changed.latest);
      deps.signatureCheck.check(record, [code]);
      const addedBytes = changed.latest.code.sizeBytes - record.latest.code.sizeBytes;
      if (input.Publish !== true) {
        deps.codeStorage.check(record, addedBytes);
        return { record: changed };
      }
      const publication = publishVersion(changed, newestVersion(changed, deps.functions), { ids: deps.ids, nowMs: deps.clock.wallMs() });
      deps.codeStorage.check(record, addedBytes + (publication.published?.code.sizeBytes ?? 0));
      published = publication.version;
      return publication;
    });
    if (updated === undefined) throw functionNotFound(target);
    deps.lifecycle.advance(updated.record);
    return published === undefined ? toFunctionConfiguration(updated.record.latest) : toFunctionConfiguration(published, published.version);
  };
}
