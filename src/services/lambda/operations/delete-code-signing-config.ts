import type { DeleteCodeSigningConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { codeSigningConfigArn } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { resourceConflict } from '#functions/lambda-errors.ts';
import { codeSigningConfigMissing, presentCodeSigningConfig } from '../code-signing-target.ts';

export interface DeleteCodeSigningConfigDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'find' | 'delete'>;
  readonly functions: Pick<FunctionRepository, 'inRegion'>;
}

/** Only while no function has it. Source: "DeleteCodeSigningConfig". */
export function deleteCodeSigningConfig(
  deps: DeleteCodeSigningConfigDependencies,
): Operation<DeleteCodeSigningConfigCommandInput, Record<string, never>> {
  return async (input, context) => {
    const config = presentCodeSigningConfig(input.CodeSigningConfigArn, context, deps.codeSigning);
    const arn = codeSigningConfigArn(config);
    for (const { codeSigningConfigArn: used } of deps.functions.inRegion(config.accountId, config.region)) {
      if (used === arn) throw resourceConflict(`The code signing configuration ${arn} cannot be deleted, because functions use it.`);
    }
    if (!(await deps.codeSigning.delete(config))) throw codeSigningConfigMissing(arn);
    return {};
  };
}
