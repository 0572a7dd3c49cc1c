import { closeSync, openSync } from 'node:fs';
import { bringLoopbackUp, enterNetwork, listenOnLoopback, unshareNetwork } from './libc.ts';

/** Ports inside every sandbox, the same in each since each has a network of its own. */
export const RUNTIME_API_PORT = 9001;
export const AWS_ENDPOINT_PORT = 4566;

export interface InnerListeners {
  readonly runtimeApi: number;
  readonly awsEndpoint: number;
}

/**
 * Makes network namespaces by moving the main thread into a new one for a moment. A socket belongs to the namespace that it was
 * opened in, whoever serves it later: so the daemon answers on 127.0.0.1 inside without a proxy.
 *
 * Nothing may start a thread meanwhile, for it would be born in the wrong namespace: the thread pool must be running before
 * (see `warmUpThreadPool`), and the work inside is synchronous.
 */
export class NetworkNamespaces {
  readonly #home: number;

  constructor() {
    this.#home = openSync('/proc/thread-self/ns/net', 'r');
  }

  /** Runs `work` in a new namespace with its loopback interface up and both listeners open. Children made by `work` live there. */
  withNew<T>(work: (listeners: InnerListeners) => T): T {
    const opened: number[] = [];
    const listen = (port: number): number => {
      const { fd } = listenOnLoopback(port);
      opened.push(fd);
      return fd;
    };
    unshareNetwork();
    try {
      bringLoopbackUp();
      return work({ runtimeApi: listen(RUNTIME_API_PORT), awsEndpoint: listen(AWS_ENDPOINT_PORT) });
    } catch (error) {
      for (const fd of opened) closeSync(fd);
      throw error;
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
