/**
 * An error that belongs on the wire: AWS's code, whose fault it is, the HTTP status, and further members of its shape.
 * Everything else that is thrown is a bug: logged, and answered 500 without detail.
 *
 * `members` are the error shape's own (`Type: 'User'`, `Reason`, ...). The wire adds the message under the spelling that the
 * shape declares (`message` or `Message`).
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly fault: 'client' | 'server';
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: AwsErrorOptions = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.fault = options.fault ?? (this.status >= 500 ? 'server' : 'client');
    this.members = options.members ?? {};
  }
}

export interface AwsErrorOptions {
  /** HTTP status, 400 unless given. */
  readonly status?: number;
  readonly fault?: 'client' | 'server';
  readonly members?: Readonly<Record<string, unknown>>;
}
