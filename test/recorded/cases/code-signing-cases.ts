import {
  CreateCodeSigningConfigCommand,
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  ListFunctionsByCodeSigningConfigCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateCodeSigningConfigCommand,
} from '@aws-sdk/client-lambda';
import { newFunction } from '../new-function.ts';
import type { ReplayTable } from '../replay.ts';

/** TestCodeSigningConfig of `test_lambda_api`. */
export const codeSigningReplays: ReplayTable = {
  async 'TestCodeSigningConfig::test_code_signing_not_found_excs'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay);
    const missing = 'csc-test-doesnotexist';
    const created = await replay.call(
      'create_code_signing_config',
      lambda.send(
        new CreateCodeSigningConfigCommand({
          Description: 'Testing CodeSigning Config',
          AllowedPublishers: { SigningProfileVersionArns: [`arn:aws:signer:us-east-1:${replay.accountId}:/signing-profiles/test`] },
          CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
        }),
      ),
    );
    const valid = { CodeSigningConfigArn: created?.CodeSigningConfig?.CodeSigningConfigArn };
    const invalid = { CodeSigningConfigArn: `arn:aws:lambda:us-east-1:${replay.accountId}:code-signing-config:csc-${'0'.repeat(17)}` };
    await replay.call('delete_csc_notfound', lambda.send(new DeleteCodeSigningConfigCommand(invalid)));
    await replay.call('nothing_to_delete_response', lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName })));
    await replay.call('delete_function_csc_fnnotfound', lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName: missing })));
    await replay.call(
      'put_function_csc_invalid_fnname',
      lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName: missing, ...valid })),
    );
    await replay.call(
      'put_function_csc_invalid_csc_arn',
      lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName, ...invalid })),
    );
    await replay.call(
      'put_function_csc_invalid_both',
      lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName: missing, ...invalid })),
    );
    await replay.call(
      'update_csc_invalid_csc_arn',
      lambda.send(new UpdateCodeSigningConfigCommand({ ...invalid, Description: 'new-description' })),
    );
    await replay.call('update_csc_noupdates', lambda.send(new UpdateCodeSigningConfigCommand(invalid)));
    await replay.call('update_csc_noupdate_response', lambda.send(new UpdateCodeSigningConfigCommand(valid)));
    await replay.call('get_csc_invalid', lambda.send(new GetCodeSigningConfigCommand(invalid)));
    await replay.call('get_function_csc_fnwithoutcsc', lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName })));
    await replay.call('get_function_csc_nonexistingfn', lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: missing })));
    await replay.call('list_functions_by_csc_fnwithoutcsc', lambda.send(new ListFunctionsByCodeSigningConfigCommand(valid)));
    await replay.call('list_functions_by_csc_invalid_cscarn', lambda.send(new ListFunctionsByCodeSigningConfigCommand(invalid)));
  },
};
