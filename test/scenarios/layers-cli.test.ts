import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Account } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';
import { zipArchive } from '../support/zip-archive.ts';

const OWNER = '000000000000';
const CUSTOMER = '222222222222';

/** A user of the aws CLI, at work in a folder of its own. */
class Shell implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'hearth-layers-cli-'));
  readonly #program: string;
  readonly #endpoint: string;

  constructor(program: string, endpoint: string) {
    this.#program = program;
    this.#endpoint = endpoint;
  }

  /** `aws lambda <words>`, with the JSON that it printed; of nothing, an empty object. */
  async lambda(words: string, accountId = OWNER): Promise<Readonly<Record<string, unknown>>> {
    const { code, stdout, stderr } = await this.#run(words, accountId);
    assert.equal(code, 0, `aws lambda ${words}\n${stdout}${stderr}`);
    return JSON.parse(stdout || '{}') as Readonly<Record<string, unknown>>;
  }

  /** What it said when it failed. */
  async refusal(words: string, accountId = OWNER): Promise<string> {
    const { code, stdout, stderr } = await this.#run(words, accountId);
    assert.notEqual(code, 0, `aws lambda ${words}\n${stdout}`);
    return stderr.trim();
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(words: string, accountId: string): ReturnType<typeof runTool> {
    const environment = { ...userEnvironment(this.#endpoint), AWS_ACCESS_KEY_ID: accountId };
    // Debian's version 2 does not read AWS_ENDPOINT_URL.
    const args = ['--endpoint-url', this.#endpoint, '--output', 'json', 'lambda', ...words.split(' ')];
    return runTool(this.#program, args, { cwd: this.folder, environment });
  }
}

describe('layers with the aws CLI', { concurrency: true }, () => {
  let daemon: RealDaemon;
  let customer: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    customer = new Account(daemon.endpoint, { accessKeyId: CUSTOMER, secretAccessKey: 'test' });
  });

  after(async () => {
    assert.equal(await daemon.stop(), 0);
    daemon.removeData();
  });

  /** From the first version to a function of another account that outlives it. */
  async function sequence(program: string, layer: string): Promise<void> {
    using shell = new Shell(program, daemon.endpoint);
    writeFileSync(join(shell.folder, 'layer.zip'), zipArchive([{ name: 'python/greeting.py', content: 'TEXT = "hello"' }]));
    const code = 'import greeting\ndef handler(event, context):\n    return greeting.TEXT\n';
    writeFileSync(join(shell.folder, 'function.zip'), zipArchive([{ name: 'main.py', content: code }]));

    const arn = `arn:aws:lambda:us-east-1:${OWNER}:layer:${layer}`;
    const publish = `publish-layer-version --layer-name ${layer} --zip-file fileb://layer.zip --license-info MIT --compatible-runtimes python3.12 python3.13`;
    const published = await shell.lambda(`${publish} --description first`);
    assert.deepEqual([published['LayerVersionArn'], published['Version'], published['LicenseInfo']], [`${arn}:1`, 1, 'MIT']);
    await shell.lambda(`${publish} --compatible-architectures x86_64`);
    const listed = await shell.lambda(`list-layer-versions --layer-name ${layer} --compatible-runtime python3.13 --max-items 1`);
    assert.equal((listed['LayerVersions'] as readonly { readonly Version: number }[])[0]?.Version, 2);
    assert.ok(listed['NextToken'], 'the CLI pages on its own');
    const { Layers } = await shell.lambda('list-layers --compatible-architecture x86_64');
    const found = (Layers as readonly { readonly LayerName: string; readonly LatestMatchingVersion: { readonly Version: number } }[]).find(
      ({ LayerName }) => LayerName === layer,
    );
    assert.equal(found?.LatestMatchingVersion.Version, 2);
    const got = await shell.lambda(`get-layer-version --layer-name ${layer} --version-number 1`);
    assert.equal(got['Description'], 'first');
    const download = await fetch((got['Content'] as { readonly Location: string }).Location);
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), readFileSync(join(shell.folder, 'layer.zip')));

    const byArn = `get-layer-version-by-arn --arn ${arn}:1`;
    assert.match(await shell.refusal(byArn, CUSTOMER), /\(AccessDeniedException\).*because no resource-based policy allows/);
    const name = `--layer-name ${layer} --version-number 1`;
    await shell.lambda(
      `add-layer-version-permission ${name} --statement-id customer --action lambda:GetLayerVersion --principal ${CUSTOMER}`,
    );
    assert.equal((await shell.lambda(byArn, CUSTOMER))['LayerVersionArn'], `${arn}:1`);
    const { Policy, RevisionId } = await shell.lambda(`get-layer-version-policy ${name}`);
    assert.match(String(Policy), new RegExp(`"Principal":\\{"AWS":"arn:aws:iam::${CUSTOMER}:root"\\}`));

    const role = await customer.role();
    const create = `create-function --function-name ${layer} --runtime python3.12 --handler main.handler --role ${role} --zip-file fileb://function.zip`;
    const created = await shell.lambda(`${create} --layers ${arn}:1`, CUSTOMER);
    assert.equal((created['Layers'] as readonly { readonly Arn: string }[])[0]?.Arn, `${arn}:1`);
    await customer.active(layer);
    await shell.lambda(`remove-layer-version-permission ${name} --statement-id customer --revision-id ${String(RevisionId)}`);
    assert.match(await shell.refusal(`get-layer-version-policy ${name}`), /No policy is associated with the given resource\.$/);
    await shell.lambda(`delete-layer-version ${name}`);
    await shell.lambda(`delete-layer-version ${name}`);
    assert.match(
      await shell.refusal(`get-layer-version ${name}`),
      /\(ResourceNotFoundException\).*The resource you requested does not exist\.$/,
    );
    await shell.lambda(`invoke --function-name ${layer} out.json`, CUSTOMER);
    assert.equal(readFileSync(join(shell.folder, 'out.json'), 'utf8'), '"hello"');
    const emptied = await shell.lambda(`update-function-configuration --function-name ${layer} --layers []`, CUSTOMER);
    assert.equal(emptied['Layers'], undefined);
  }

  test('version 1', { skip: missing(CLIENTS.awsV1) }, () => sequence(CLIENTS.awsV1, 'greeting-one'));

  test('version 2', { skip: missing(CLIENTS.awsV2) }, () => sequence(CLIENTS.awsV2, 'greeting-two'));
});
