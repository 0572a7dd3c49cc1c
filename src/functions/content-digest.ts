import { createHash } from 'node:crypto';
import type { FunctionVersion } from './function-record.ts';

/** The same for two versions exactly when they run the same code in the same configuration, description included. */
export function contentDigest(version: FunctionVersion): string {
  return createHash('sha256')
    .update(canonicalJson(contentOf(version)))
    .digest('base64');
}

const configDigests = new WeakMap<FunctionVersion, string>();

/** `ConfigSha256`: the same for two versions exactly when their configurations are, whatever their code. Base64. */
export function configSha256(version: FunctionVersion): string {
  let digest = configDigests.get(version);
  if (digest === undefined) {
    const { code: _code, ...configuration } = contentOf(version);
    digest = createHash('sha256').update(canonicalJson(configuration)).digest('base64');
    configDigests.set(version, digest);
  }
  return digest;
}

/** Whatever is not taken out belongs to the content, so that a new member cannot be forgotten. */
function contentOf(version: FunctionVersion): Content {
  const {
    version: _version,
    revisionId: _revisionId,
    configurationId: _configurationId,
    lastModified: _lastModified,
    state: _state,
    lastUpdate: _lastUpdate,
    usedMs: _usedMs,
    publishedFrom: _publishedFrom,
    ...content
  } = version;
  return content;
}

type Content = Omit<
  FunctionVersion,
  'version' | 'revisionId' | 'configurationId' | 'lastModified' | 'state' | 'lastUpdate' | 'usedMs' | 'publishedFrom'
>;

/** Members in the order of their names, as deep as they go; the order of lists is kept. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)));
  });
}
