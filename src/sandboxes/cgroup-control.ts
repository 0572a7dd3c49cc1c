import { closeSync, readSync, writeSync } from 'node:fs';
import { isGone } from './system-files.ts';

/** Open control files of one control group. */
export interface ControlDescriptors {
  readonly freezer: number;
  readonly quota: number;
  readonly memory: number;
}

export type CgroupVersion = 1 | 2;

/** Length of the span in which the CPU quota is given, as the kernel's default. */
export const CPU_PERIOD_US = 100_000;
/** The kernel refuses a quota below 1 ms. */
const MIN_QUOTA_US = 1000;

export function cpuQuotaUs(cpus: number): number {
  return Math.max(MIN_QUOTA_US, Math.round(cpus * CPU_PERIOD_US));
}

const FREEZER_WORDS = { 1: { frozen: 'FROZEN', thawed: 'THAWED' }, 2: { frozen: '1', thawed: '0' } } as const;

/**
 * What is done to a group while its sandbox runs, through files that are kept open: one system call each, by whoever holds the
 * descriptors, so that neither freezing nor thawing waits for another process. On a group that is gone nothing happens.
 */
export class CgroupControl {
  readonly #version: CgroupVersion;
  readonly #files: ControlDescriptors;
  #highestSeenBytes = 0;

  constructor(version: CgroupVersion, files: ControlDescriptors) {
    this.#version = version;
    this.#files = files;
  }

  setCpu(cpus: number): void {
    const quota = String(cpuQuotaUs(cpus));
    this.#write(this.#files.quota, this.#version === 1 ? quota : `${quota} ${CPU_PERIOD_US}`);
  }

  /** Tells the kernel, which stops the processes within microseconds. There is no waiting for it: that would be a busy loop. */
  freeze(): void {
    this.#write(this.#files.freezer, FREEZER_WORDS[this.#version].frozen);
  }

  thaw(): void {
    this.#write(this.#files.freezer, FREEZER_WORDS[this.#version].thawed);
  }

  /** Where the kernel keeps no peak (version 2 before Linux 5.19): the highest of the moments that we looked at. */
  peakMemoryBytes(): number {
    try {
      const bytes = readSync(this.#files.memory, numberBuffer, 0, NUMBER_BYTES, 0);
      this.#highestSeenBytes = Math.max(this.#highestSeenBytes, Number(numberBuffer.toString('latin1', 0, bytes)));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return this.#highestSeenBytes;
  }

  close(): void {
    const { freezer, quota, memory } = this.#files;
    for (const fd of [freezer, quota, memory]) closeSync(fd);
  }

  #write(fd: number, text: string): void {
    try {
      writeSync(fd, text);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Longer than any single number that the kernel writes. */
const NUMBER_BYTES = 32;

/** Shared by all reads: each is over before the next begins. */
const numberBuffer = Buffer.alloc(NUMBER_BYTES);
