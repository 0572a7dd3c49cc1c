import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { parseArn, partitionOf } from '#aws/arn.ts';
import { documentKey, type Document, type DocumentStore, type Watch } from '#storage/document-store.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import type { SigningProfile, SigningProfileKey, SigningProfileVersion } from './signing-profile.ts';

const KIND = 'signer-profiles';
const DIGEST = 'sha384';

/** All signing profiles with their keys, in memory and durable; the memory follows the document store by a watch. */
export class SigningProfiles {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  readonly #known = new Map<string, Document<SigningProfile>>();
  #watch: Watch | undefined;

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  static async open(documents: DocumentStore): Promise<SigningProfiles> {
    const profiles = new SigningProfiles(documents);
    profiles.#watch = await documents.watch<SigningProfile>(`${KIND}/`, (change) => {
      if (change.type === 'put') profiles.#known.set(change.document.key, change.document);
      else if (change.type === 'delete') profiles.#known.delete(change.key);
    });
    return profiles;
  }

  find(key: SigningProfileKey): SigningProfile | undefined {
    return this.#known.get(storeKey(key))?.value;
  }

  /** Those of one account in one region, in the order of their names. */
  list(accountId: string, region: string): readonly SigningProfile[] {
    return Array.from(this.#known.values(), ({ value }) => value)
      .filter((profile) => profile.accountId === accountId && profile.region === region)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Replaces or makes a profile; `change` may run several times, and cancels by throwing. */
  write(key: SigningProfileKey, change: (profile: SigningProfile | undefined) => SigningProfile): Promise<SigningProfile> {
    return this.#turns.write(storeKey(key), async () => {
      const current = this.#known.get(storeKey(key));
      return (await this.#documents.put(storeKey(key), change(current?.value), current?.revision ?? 0)).value;
    });
  }

  /**
   * Whether the key of that version of a profile made the signature; undefined when there is no such version. Canceled profiles sign no
   * more, and their signatures stay good.
   */
  verify(profileVersionArn: string, message: Uint8Array, signature: Uint8Array): boolean | undefined {
    const arn = parseArn(profileVersionArn);
    const [, name, version] = /^\/signing-profiles\/([^/]+)\/([^/]+)$/.exec(arn?.resource ?? '') ?? [];
    if (arn?.service !== 'signer' || name === undefined || version === undefined) return undefined;
    const versions = this.find({ accountId: arn.accountId, region: arn.region, name })?.versions ?? {};
    const found = Object.hasOwn(versions, version) ? versions[version] : undefined;
    return found && verify(DIGEST, message, createPublicKey(found.publicKey), signature);
  }

  close(): void {
    this.#watch?.close();
  }
}

export function newKeys(): Pick<SigningProfileVersion, 'privateKey' | 'publicKey'> {
  return generateKeyPairSync('ec', {
    namedCurve: 'secp384r1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

export function signWith({ privateKey }: Pick<SigningProfileVersion, 'privateKey'>, message: Uint8Array): Uint8Array {
  return sign(DIGEST, message, createPrivateKey(privateKey));
}

function storeKey({ accountId, region, name }: SigningProfileKey): string {
  return documentKey(KIND, partitionOf(region), accountId, region, name);
}
