import type { UpdateCodeSigningConfigCommandInput, UpdateCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { formatLastModified } from '#functions/function-state.ts';
import { codeSigningConfigMissing, presentCodeSigningConfig, toCodeSigningConfig } from '../code-signing-target.ts';

export interface UpdateCodeSigningConfigDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'find' | 'update'>;
  readonly clock: Clock;
}

/** Takes effect at the next deployment of the functions that have it. */
export function updateCodeSigningConfig(
  deps: UpdateCodeSigningConfigDependencies,
): Operation<UpdateCodeSigningConfigCommandInput, UpdateCodeSigningConfigResponse> {
  return async (input, context) => {
    const { CodeSigningConfigArn: arn, Description, AllowedPublishers: publishers, CodeSigningPolicies: policies } = input;
    const target = presentCodeSigningConfig(arn, context, deps.codeSigning);
    const given = Description !== undefined || publishers !== undefined || policies !== undefined;
    const updated = await deps.codeSigning.update(target, (config) =>
      given
        ? {
            ...config,
            description: Description ?? config.description,
            allowedPublishers: publishers?.SigningProfileVersionArns ?? config.allowedPublishers,
            untrustedArtifact: policies?.UntrustedArtifactOnDeployment ?? config.untrustedArtifact,
            lastModified: formatLastModified(deps.clock.wallMs()),
          }
        : config,
    );
    if (updated === undefined) throw codeSigningConfigMissing(arn);
    return { CodeSigningConfig: toCodeSigningConfig(updated) };
  };
}
