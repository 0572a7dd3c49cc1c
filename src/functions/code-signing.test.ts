import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import { silentLogger } from '#base/logger.ts';
import { checkSignatures } from './code-signing.ts';
import type { CodePackage } from './function-record.ts';

const TRUSTED = 'arn:trusted';

function check(untrustedArtifact: 'Warn' | 'Enforce', ...signatures: readonly CodePackage['signature'][]): readonly unknown[] {
  const warnings: unknown[] = [];
  const config = {
    accountId: '000000000000' as AccountId,
    region: 'us-east-1',
    id: 'csc-0',
    description: '',
    allowedPublishers: [TRUSTED],
    untrustedArtifact,
    lastModified: '',
    tags: {},
  };
  const packages = signatures.map((signature) => ({ ...(signature !== undefined && { signature }) }));
  const log = { ...silentLogger, warn: (_message: string, fields?: object) => void warnings.push(fields) };
  checkSignatures(config, packages, { nowMs: 100, functionName: 'f', log });
  return warnings;
}

function refusal(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof AwsError);
    return error.code;
  }
}

const INTACT = { profileVersionArn: TRUSTED, jobArn: 'arn:job', expiresAtMs: 101, integrity: 'intact' } as const;
const PROBLEMS: Readonly<Record<string, CodePackage['signature']>> = {
  unsigned: undefined,
  untrusted: { ...INTACT, profileVersionArn: 'arn:other' },
  expired: { ...INTACT, expiresAtMs: 100 },
};

suite('checkSignatures', () => {
  test('accepts what an allowed publisher signed', () => {
    assert.deepEqual(check('Enforce', INTACT, INTACT), []);
  });

  for (const [problem, signature] of Object.entries(PROBLEMS)) {
    test(`of what is ${problem}, Enforce refuses and Warn tells`, () => {
      assert.equal(
        refusal(() => check('Enforce', INTACT, signature)),
        'CodeVerificationFailedException',
      );
      const [warning] = check('Warn', INTACT, signature) as readonly { readonly problem: string; readonly function: string }[];
      assert.deepEqual([warning?.problem, warning?.function], [problem, 'f']);
    });
  }

  test('an unknown signer is not trusted, whatever name he has taken', () => {
    assert.equal(
      refusal(() => check('Enforce', { ...INTACT, integrity: 'foreign' })),
      'CodeVerificationFailedException',
    );
  });

  test('refuses what was changed, also when it only warns', () => {
    for (const policy of ['Warn', 'Enforce'] as const) {
      assert.equal(
        refusal(() => check(policy, { ...INTACT, integrity: 'broken' })),
        'InvalidCodeSignatureException',
      );
    }
  });
});
