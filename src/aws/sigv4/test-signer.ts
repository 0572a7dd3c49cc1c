import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireRequest } from '#aws/wire/message.ts';

/** For tests only: the SDK's own signer, and its requests as they arrive here. */

export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface RequestToSign {
  readonly method?: string;
  /** Percent-encoded. */
  readonly path?: string;
  /** Decoded. */
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface SigningOptions {
  readonly service?: string;
  readonly region?: string;
  readonly atMs: number;
  /** Signs a URL that is good for so long, instead of a header. */
  readonly expiresInSeconds?: number;
}

type Digestible = string | ArrayBuffer | ArrayBufferView;

class Sha256 {
  readonly #digest: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(key?: Digestible) {
    this.#digest = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(data: Digestible): void {
    this.#digest.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#digest.digest()));
  }
}

function bytesOf(data: Digestible): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

export async function signRequest(toSign: RequestToSign, credentials: TestCredentials, options: SigningOptions): Promise<WireRequest> {
  const { service = 'lambda', region = 'us-east-1' } = options;
  const signer = new SignatureV4({
    credentials,
    service,
    region,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3' || toSign.headers?.['x-amz-content-sha256'] !== undefined,
  });
  const request = {
    method: toSign.method ?? 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: toSign.path ?? '/',
    query: { ...toSign.query },
    headers: { host: '127.0.0.1:4566', ...toSign.headers },
    body: toSign.body ?? '',
  };
  const signingDate = new Date(options.atMs);
  const signed =
    options.expiresInSeconds === undefined
      ? await signer.sign(request, { signingDate })
      : await signer.presign(request, { signingDate, expiresIn: options.expiresInSeconds });
  const headers = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method: signed.method,
    path: signed.path,
    query: queryText(signed.query ?? {}),
    headers: Object.fromEntries(headers),
    body: Buffer.from(toSign.body ?? ''),
  };
}

function queryText(query: Readonly<Record<string, string | readonly string[] | null>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? ''].flat().map((each) => `${encode(name)}=${encode(each)}`));
  return pairs.join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
