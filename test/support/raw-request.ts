import { createHash, createHmac } from 'node:crypto';
import { request as open } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { ROOT_KEY } from './account.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One HTTP request as it is, which an SDK or `fetch` would not let a test write. */
export function rawRequest(endpoint: string, { method = 'GET', path = '/', headers = {}, body = '' }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = open(endpoint + path, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Signs what a client of one service would send. */
export class Signer {
  readonly #host: string;
  readonly #signature: SignatureV4;

  constructor(
    endpoint: string,
    service: string,
    credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } = ROOT_KEY,
  ) {
    this.#host = new URL(endpoint).host;
    this.#signature = new SignatureV4({ service, region: 'us-east-1', credentials, sha256: Sha256 });
  }

  /** The request with its signature in the headers. */
  async sign(request: RawRequest, signingDate = new Date()): Promise<RawRequest> {
    const { headers } = await this.#signature.sign(this.#smithy(request), { signingDate });
    return { ...request, headers };
  }

  /** The request with its signature in the query. */
  async presign(request: RawRequest, options: { readonly expiresIn: number; readonly signingDate?: Date }): Promise<RawRequest> {
    const { query = {}, path } = await this.#signature.presign(this.#smithy(request), options);
    return { ...request, path: `${path}?${queryText(query)}` };
  }

  #smithy({ method = 'GET', path = '/', headers = {}, body }: RawRequest): Parameters<SignatureV4['sign']>[0] {
    const url = new URL(path, 'http://any');
    return {
      method,
      protocol: 'http:',
      hostname: this.#host,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: this.#host },
      body,
    };
  }
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}

class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
