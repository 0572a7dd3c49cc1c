import type { FunctionConfiguration, PublishVersionCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { codeSha256 } from '#functions/code-package.ts';
import type { CodeStorage } from '#functions/code-storage.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { checkUpdatable } from '#functions/function-state.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import { newestVersion, publishVersion as publish } from '#functions/publish-version.ts';
import { checkRevision } from '../check-revision.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { refuseUnsupported } from '../refused-parameters.ts';
import { changeTarget } from '../target-function.ts';

export interface PublishVersionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'publish' | 'publishedVersion'>;
  readonly codeStorage: Pick<CodeStorage, 'check'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Makes a version of `$LATEST`, or answers the newest one when nothing has changed since. */
export function publishVersion(deps: PublishVersionDependencies): Operation<PublishVersionCommandInput, FunctionConfiguration> {
  return async (input, context) => {
    refuseUnsupported('PublishVersion', input);
    const target = changeTarget('PublishVersion', input, context, deps.functions);
    let answer = target.latest;
    const updated = await deps.functions.publish(target, (record) => {
      checkUpdatable(record);
      checkRevision(record.latest, input.RevisionId);
      checkCode(record, input.CodeSha256);
      const publication = publish(record, newestVersion(record, deps.functions), {
        ids: deps.ids,
        description: input.Description,
        nowMs: deps.clock.wallMs(),
      });
      if (publication.published !== undefined) deps.codeStorage.check(record, publication.published.code.sizeBytes);
      answer = publication.version;
      return publication;
    });
    if (updated === undefined) throw functionNotFound(target);
    return toFunctionConfiguration(answer, answer.version);
  };
}

/** @throws AwsError InvalidParameterValueException for another package than the caller expects (recorded by test_publish_with_wrong_sha256) */
function checkCode(record: FunctionRecord, expected: string | undefined): void {
  const current = codeSha256(record.latest.code);
  if (expected === undefined || expected === '' || expected === current) return;
  throw invalidParameter(
    `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${current}).` +
      ' Please try again with the CodeSHA256 in $LATEST.',
  );
}
