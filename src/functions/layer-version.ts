import { formatArn } from '#aws/arn.ts';
import type { AccountId } from '#aws/caller.ts';
import type { CodePackage } from './function-record.ts';
import type { ResourcePolicy } from './resource-policy.ts';

/** Which layer, without a version. */
export interface LayerKey {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
}

/** Which version of a layer. */
export interface LayerVersionKey extends LayerKey {
  readonly version: number;
}

/**
 * A layer version: one document, `layer-versions/<partition>/<account>/<region>/<name>/<number>`, with the policy that shares it.
 * But for the policy it never changes. Functions that have it keep what they need of it in their own records.
 */
export interface LayerVersion extends LayerVersionKey, LayerContent {
  readonly policy?: ResourcePolicy;
}

/** What publishing gives. The compatible runtimes and architectures are absent when none were given, as answers show them. */
export interface LayerContent {
  readonly description: string;
  readonly licenseInfo?: string;
  readonly compatibleRuntimes?: readonly string[];
  readonly compatibleArchitectures?: readonly string[];
  readonly code: CodePackage;
  /** `2026-11-20T10:00:00.000+0000`, as AWS writes it. */
  readonly createdDate: string;
}

/** `arn:aws:lambda:<region>:<account>:layer:<name>`. */
export function layerArn({ region, accountId, name }: LayerKey): string {
  return formatArn({ service: 'lambda', region, accountId, resource: `layer:${name}` });
}

/** The ARN of the layer, and `:<number>`. */
export function layerVersionArn(key: LayerVersionKey): string {
  return `${layerArn(key)}:${key.version}`;
}

/** Capture region, account, name and version. AWS's own layers (`awslayer`) and everything else are not read. */
const LAYER_ARN = /^arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([a-zA-Z0-9-_]+)(?::(\d+))?$/;

/** Undefined when the text is no ARN of a layer, or one with a version. */
export function parseLayerArn(text: string): LayerKey | undefined {
  const parts = readArn(text);
  return parts === undefined || parts.version !== undefined ? undefined : parts.key;
}

/** Undefined when the text is no ARN of a layer version. */
export function parseLayerVersionArn(text: string): LayerVersionKey | undefined {
  const parts = readArn(text);
  return parts?.version === undefined ? undefined : { ...parts.key, version: parts.version };
}

function readArn(text: string): { readonly key: LayerKey; readonly version: number | undefined } | undefined {
  const match = LAYER_ARN.exec(text);
  const [, region, accountId, name, version] = match ?? [];
  if (region === undefined || accountId === undefined || name === undefined) return undefined;
  // Twelve digits, by the pattern.
  return { key: { region, accountId: accountId as AccountId, name }, version: version === undefined ? undefined : Number(version) };
}
