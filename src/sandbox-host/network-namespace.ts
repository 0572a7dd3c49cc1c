import { closeSync, openSync } from 'node:fs';
import { AWS_ENDPOINT_PORT, RUNTIME_API_PORT } from '#sandboxes/host-protocol.ts';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import { bringLoopbackUp, enterNetwork, unshareNetwork } from './libc.ts';

export interface InnerListeners {
  readonly runtimeApi: number;
  readonly awsEndpoint: number;
}

/** A network namespace made ahead, for one sandbox: with its loopback interface up and both listeners open. */
export interface SandboxNetwork {
  /** Descriptor of the namespace. It lives as long as this, a process or a socket is in it. */
  readonly fd: number;
  readonly listeners: InnerListeners;
}

/**
 * Makes network namespaces by moving the main thread into a new one for a moment. A socket belongs to the namespace that it was
 * opened in, whoever serves it later: so the daemon answers on 127.0.0.1 inside without a proxy.
 *
 * Nothing may start a thread meanwhile, for it would be born in the wrong namespace: the thread pool must be running before, and
 * the work inside is synchronous.
 */
export class NetworkNamespaces {
  readonly #home: number;

  constructor() {
    this.#home = openSync('/proc/thread-self/ns/net', 'r');
  }

  /** A new namespace with its loopback interface up, after `work` inside. The caller closes `fd`. */
  make<T>(work: () => T): { readonly fd: number; readonly made: T } {
    unshareNetwork();
    try {
      bringLoopbackUp();
      const made = work();
      return { fd: openSync('/proc/thread-self/ns/net', 'r'), made };
    } finally {
      this.#goHome();
    }
  }

  /** A namespace for a sandbox, after `work` inside. */
  makeForSandbox<T>(work: () => T): { readonly network: SandboxNetwork; readonly made: T } {
    using onFailure = new DisposableStack();
    const listen = (port: number): number => onFailure.adopt(listenOnLoopback(port).fd, closeSync);
    const { fd, made } = this.make(() => ({
      result: work(),
      listeners: { runtimeApi: listen(RUNTIME_API_PORT), awsEndpoint: listen(AWS_ENDPOINT_PORT) },
    }));
    onFailure.move();
    return { network: { fd, listeners: made.listeners }, made: made.result };
  }

  /** Runs `work` in the namespace; children that it makes live there. */
  within<T>(fd: number, work: () => T): T {
    enterNetwork(fd);
    try {
      return work();
    } finally {
      this.#goHome();
    }
  }

  close(): void {
    closeSync(this.#home);
  }

  /** A daemon whose main thread stays in a sandbox's network would serve nobody, and open sockets where it must not. */
  #goHome(): void {
    try {
      enterNetwork(this.#home);
    } catch {
      process.abort();
    }
  }
}

/** For one that no sandbox got. */
export function closeNetwork({ fd, listeners }: SandboxNetwork): void {
  for (const open of [fd, listeners.runtimeApi, listeners.awsEndpoint]) closeSync(open);
}
