import { AwsError } from '#aws/errors.ts';
import type { Logger } from '#base/logger.ts';
import type { CodeSigningConfig } from './code-signing-config.ts';
import type { CodePackage } from './function-record.ts';

/** What is wrong with the signature of a package, by the configuration. */
export type SignatureProblem = 'unsigned' | 'untrusted' | 'expired';

/**
 * Holds packages that are about to be deployed against a configuration. A package that was changed after it was signed is never
 * deployed; what else is wrong, the configuration's policy decides: Warn logs it. Source: "Using code signing to verify code integrity
 * with Lambda", "Signature validation".
 * @throws AwsError InvalidCodeSignatureException, CodeVerificationFailedException
 */
export function checkSignatures(
  config: CodeSigningConfig,
  packages: readonly Pick<CodePackage, 'signature'>[],
  { nowMs, functionName, log }: { readonly nowMs: number; readonly functionName: string; readonly log: Logger },
): void {
  for (const { signature } of packages) {
    if (signature?.integrity === 'broken') {
      throw new AwsError('InvalidCodeSignatureException', 'The code signature failed the integrity check. Lambda blocks the deployment.', {
        members: { Type: 'User' },
      });
    }
    const problem = problemOf(signature, config, nowMs);
    if (problem === undefined) continue;
    const signer = problem === 'unsigned' ? problem : (signature?.profileVersionArn ?? problem);
    if (config.untrustedArtifact === 'Enforce') {
      throw new AwsError(
        'CodeVerificationFailedException',
        'Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept.' +
          ` Check the provided signature for ${signer}.`,
        { members: { Type: 'User' } },
      );
    }
    log.warn('deployed code whose signature its function does not accept', { function: functionName, problem, signer });
  }
}

function problemOf(signature: CodePackage['signature'], config: CodeSigningConfig, nowMs: number): SignatureProblem | undefined {
  if (signature === undefined) return 'unsigned';
  if (signature.integrity === 'foreign' || !config.allowedPublishers.includes(signature.profileVersionArn)) return 'untrusted';
  return nowMs >= signature.expiresAtMs ? 'expired' : undefined;
}
