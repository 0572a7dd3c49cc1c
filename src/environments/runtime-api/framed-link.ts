import type { Duplex } from 'node:stream';
import { FrameReader, ProtocolError, readErrorPayload, writeInvoke } from './frame-codec.ts';
import { FRAME } from './frames.ts';
import type { FrameType, InvokeMeta } from './frames.ts';
import type { RuntimeLink, RuntimeListener } from './runtime-link.ts';

/** Speaks frames with one of our own bootstraps over the sandbox's channel. */
export class FramedLink implements RuntimeLink {
  readonly #channel: Duplex;
  readonly #listener: RuntimeListener;
  #broken = false;
  /** The attempt whose response is being streamed. */
  #streaming: number | undefined;
  #streamWanted = true;

  constructor(channel: Duplex, listener: RuntimeListener) {
    this.#channel = channel;
    this.#listener = listener;
    const reader = new FrameReader((type, attempt, payload) => this.#take(type, attempt, payload));
    channel.on('data', (chunk: Buffer) => {
      if (this.#broken) return;
      try {
        reader.push(chunk);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#broken = true;
        listener.violation(error.message);
      }
    });
    channel.on('error', () => channel.destroy());
    channel.on('close', () => {
      if (!this.#broken) listener.closed();
    });
  }

  invoke(attempt: number, meta: InvokeMeta, event: Uint8Array): void {
    if (this.#channel.writable) writeInvoke(this.#channel, attempt, meta, event);
  }

  hold(): void {
    this.#channel.pause();
  }

  release(): void {
    this.#channel.resume();
  }

  close(): void {
    this.#broken = true;
    this.#channel.destroy();
  }

  #take(type: FrameType, attempt: number, payload: Buffer): void {
    switch (type) {
      case FRAME.READY:
        this.#listener.ready(attempt);
        return;
      case FRAME.RESPONSE:
      case FRAME.RESPONSE_READY:
        this.#listener.response(attempt, payload, type === FRAME.RESPONSE_READY);
        return;
      case FRAME.ERROR:
        this.#listener.error(attempt, readErrorPayload(payload));
        return;
      case FRAME.INIT_ERROR:
        this.#listener.initError(readErrorPayload(payload));
        return;
      case FRAME.STREAM_BEGIN:
        if (this.#streaming === attempt) throw new ProtocolError('a second stream in one attempt');
        this.#streaming = attempt;
        this.#streamWanted = true;
        this.#listener.streamBegan(attempt, payload.toString('latin1'));
        return;
      case FRAME.STREAM_CHUNK:
        this.#checkStream(attempt);
        if (this.#streamWanted) this.#streamWanted = this.#listener.streamed(attempt, payload);
        return;
      case FRAME.STREAM_END:
        this.#checkStream(attempt);
        if (this.#streamWanted) this.#listener.streamEnded(attempt, payload.length === 0 ? undefined : readErrorPayload(payload));
        this.#streamWanted = false;
        return;
      case FRAME.INVOKE:
      case FRAME.SPECIALISE:
        throw new ProtocolError('a frame of the daemon from the runtime');
    }
  }

  #checkStream(attempt: number): void {
    if (this.#streaming !== attempt) throw new ProtocolError('a part of a stream that has not begun');
  }
}
