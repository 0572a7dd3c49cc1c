import type { CreateCodeSigningConfigCommandInput, CreateCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { formatLastModified } from '#functions/function-state.ts';
import { toCodeSigningConfig } from '../code-signing-target.ts';
import { checkTagCount } from '../function-rules.ts';

const ID_LENGTH = 17;

export interface CreateCodeSigningConfigDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'create'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Whether the publishers exist is not asked (recorded by test_code_signing_not_found_excs). */
export function createCodeSigningConfig(
  deps: CreateCodeSigningConfigDependencies,
): Operation<CreateCodeSigningConfigCommandInput, CreateCodeSigningConfigResponse> {
  return async (input, context) => {
    const tags = { ...input.Tags };
    checkTagCount(tags);
    const config = {
      accountId: context.caller.accountId,
      region: context.region,
      id: `csc-${deps.ids.hex(ID_LENGTH).slice(0, ID_LENGTH)}`,
      description: input.Description ?? '',
      allowedPublishers: [...(input.AllowedPublishers?.SigningProfileVersionArns ?? [])],
      untrustedArtifact: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? 'Warn',
      lastModified: formatLastModified(deps.clock.wallMs()),
      tags,
    };
    await deps.codeSigning.create(config);
    return { CodeSigningConfig: toCodeSigningConfig(config) };
  };
}
