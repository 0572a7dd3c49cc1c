import type { CodeSigningConfig as ShownConfig } from '@aws-sdk/client-lambda';
import { AwsError } from '#aws/errors.ts';
import type { RequestContext } from '#aws/service.ts';
import { codeSigningConfigArn, parseCodeSigningConfigArn, type CodeSigningConfig } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';

type Configs = Pick<CodeSigningConfigs, 'find'>;

/** One of the caller's own account and region. */
function findOwn(arn: string, context: RequestContext, configs: Configs): CodeSigningConfig | undefined {
  const key = parseCodeSigningConfigArn(arn);
  if (key === undefined || key.accountId !== context.caller.accountId || key.region !== context.region) return undefined;
  return configs.find(key);
}

/**
 * The configuration that an operation on configurations names.
 * @throws AwsError ResourceNotFoundException, without a Type (recorded by test_code_signing_not_found_excs)
 */
export function presentCodeSigningConfig(arn: string | undefined, context: RequestContext, configs: Configs): CodeSigningConfig {
  const found = findOwn(arn ?? '', context, configs);
  if (found === undefined) throw codeSigningConfigMissing(arn);
  return found;
}

export function codeSigningConfigMissing(arn: string | undefined): AwsError {
  return new AwsError('ResourceNotFoundException', `The Lambda code signing configuration ${arn} can not be found.`, { status: 404 });
}

/**
 * The configuration that an operation on functions names.
 * @throws AwsError CodeSigningConfigNotFoundException
 */
export function usableCodeSigningConfig(arn: string | undefined, context: RequestContext, configs: Configs): CodeSigningConfig {
  const found = findOwn(arn ?? '', context, configs);
  if (found !== undefined) return found;
  throw codeSigningConfigGone(arn);
}

export function codeSigningConfigGone(arn: string | undefined): AwsError {
  const message = `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`;
  return new AwsError('CodeSigningConfigNotFoundException', message, { status: 404, members: { Type: 'User' } });
}

export function toCodeSigningConfig(config: CodeSigningConfig): ShownConfig {
  return {
    CodeSigningConfigId: config.id,
    CodeSigningConfigArn: codeSigningConfigArn(config),
    Description: config.description,
    AllowedPublishers: { SigningProfileVersionArns: [...config.allowedPublishers] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: config.untrustedArtifact },
    LastModified: config.lastModified,
  };
}
