import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { parseCodeSigningConfigArn } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { checkSignatures } from '#functions/code-signing.ts';
import type { CodePackage } from '#functions/function-record.ts';
import { codeSigningConfigGone } from './code-signing-target.ts';

/** Holds what is about to be deployed against the function's code signing configuration. */
export class SignatureCheck {
  readonly #configs: Pick<CodeSigningConfigs, 'find'>;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #log: Logger;

  constructor(options: {
    readonly configs: Pick<CodeSigningConfigs, 'find'>;
    readonly clock: Pick<Clock, 'wallMs'>;
    readonly log: Logger;
  }) {
    this.#configs = options.configs;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * `packages`: the code and the layers that are new. @throws AwsError InvalidCodeSignatureException, CodeVerificationFailedException
   */
  check(owner: { readonly name: string; readonly codeSigningConfigArn?: string }, packages: readonly CodePackage[]): void {
    if (owner.codeSigningConfigArn === undefined) return;
    const key = parseCodeSigningConfigArn(owner.codeSigningConfigArn);
    const config = key === undefined ? undefined : this.#configs.find(key);
    // It stays as long as a function has it. Should it ever be gone, nothing is trusted.
    if (config === undefined) throw codeSigningConfigGone(owner.codeSigningConfigArn);
    checkSignatures(config, packages, { nowMs: this.#clock.wallMs(), functionName: owner.name, log: this.#log });
  }
}
