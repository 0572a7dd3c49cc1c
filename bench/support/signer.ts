import { createHash, createHmac } from 'node:crypto';

/** Signs requests by SigV4, each with its own invocation id and body, so that no two are alike. */
export class Signer {
  readonly #key: Buffer;
  readonly #date: string;
  readonly #scope: string;

  constructor(options: { readonly date: Date; readonly service: string; readonly accessKeyId?: string; readonly secret?: string }) {
    const secret = options.secret ?? 'test';
    this.#date = `${options.date.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
    const day = this.#date.slice(0, 8);
    this.#scope = `${day}/us-east-1/${options.service}/aws4_request`;
    this.#key = [day, 'us-east-1', options.service, 'aws4_request'].reduce<Buffer>(
      (key, part) => hmac(key, part),
      Buffer.from(`AWS4${secret}`),
    );
  }

  /** The whole HTTP/1.1 request as bytes, ready to be written to a socket. */
  request(method: string, path: string, host: string, body: string, invocationId: string): Buffer {
    const hash = sha256(body);
    const names = 'amz-sdk-invocation-id;host;x-amz-content-sha256;x-amz-date';
    const canonical = [
      method,
      path,
      '',
      `amz-sdk-invocation-id:${invocationId}`,
      `host:${host}`,
      `x-amz-content-sha256:${hash}`,
      `x-amz-date:${this.#date}`,
      '',
      names,
      hash,
    ].join('\n');
    const signature = hmac(this.#key, `AWS4-HMAC-SHA256\n${this.#date}\n${this.#scope}\n${sha256(canonical)}`).toString('hex');
    return Buffer.from(
      `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `User-Agent: hearth-bench\r\nAmz-Sdk-Invocation-Id: ${invocationId}\r\nX-Amz-Date: ${this.#date}\r\nX-Amz-Content-Sha256: ${hash}\r\n` +
        `Authorization: AWS4-HMAC-SHA256 Credential=test/${this.#scope}, SignedHeaders=${names}, Signature=${signature}\r\n\r\n${body}`,
    );
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
