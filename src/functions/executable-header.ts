import { open } from 'node:fs/promises';

/** The processors that Linux runs Lambda functions on, as the service calls them. */
export type Architecture = 'x86_64' | 'arm64';

/** What the kernel learns of a file from its beginning, before it runs it. */
export type ExecutableHeader =
  | {
      readonly kind: 'elf';
      /** As people call it: `x86_64`, `arm64`, `machine 243`. */
      readonly machine: string;
      /** The dynamic linker; static binaries have none. */
      readonly interpreter: string | undefined;
    }
  /** `#!`, and the program that is to read the file. */
  | { readonly kind: 'script'; readonly interpreter: string }
  | { readonly kind: 'unknown' };

/** The kernel looks for the end of a `#!` line no further, and the program headers of an ELF file come right behind the first. */
const HEADER_BYTES = 4096;
const MAX_SCRIPT_LINE_BYTES = 256;

const ELF_MAGIC = 0x7f_45_4c_46;
const ELF_CLASS_64 = 2;
/** Size of the first header, of 64 bits; offsets in it and in a program header. All machines of interest are little-endian. */
const ELF = { sizeBytes: 64, class: 4, machine: 18, programHeaders: 32, entrySize: 54, entries: 56 } as const;
const PROGRAM_HEADER = { sizeBytes: 56, type: 0, offset: 8, fileSize: 32 } as const;
const INTERPRETER_ENTRY = 3;

const MACHINES: Readonly<Record<number, string>> = { 3: 'i386', 40: '32-bit arm', 62: 'x86_64', 183: 'arm64' };

/** Reads the beginning of a file. @throws as `open` does */
export async function readExecutableHeader(file: string): Promise<ExecutableHeader> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return executableHeader(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** `head` is the beginning of the file, all of it or 4 KiB. */
export function executableHeader(head: Buffer): ExecutableHeader {
  if (head.length >= ELF.sizeBytes && head.readUInt32BE(0) === ELF_MAGIC) return elfHeader(head);
  const interpreter = scriptInterpreter(head);
  return interpreter === undefined ? { kind: 'unknown' } : { kind: 'script', interpreter };
}

function elfHeader(head: Buffer): ExecutableHeader {
  const number = head.readUInt16LE(ELF.machine);
  const machine = MACHINES[number] ?? `machine ${number}`;
  return { kind: 'elf', machine, interpreter: head[ELF.class] === ELF_CLASS_64 ? elfInterpreter(head) : undefined };
}

function elfInterpreter(head: Buffer): string | undefined {
  const start = Number(head.readBigUInt64LE(ELF.programHeaders));
  const sizeBytes = head.readUInt16LE(ELF.entrySize);
  for (let entry = 0; entry < head.readUInt16LE(ELF.entries); entry++) {
    const at = start + entry * sizeBytes;
    if (at + PROGRAM_HEADER.sizeBytes > head.length) return undefined;
    if (head.readUInt32LE(at + PROGRAM_HEADER.type) !== INTERPRETER_ENTRY) continue;
    const from = Number(head.readBigUInt64LE(at + PROGRAM_HEADER.offset));
    const to = from + Number(head.readBigUInt64LE(at + PROGRAM_HEADER.fileSize));
    return to > head.length ? undefined : head.toString('utf8', from, to).replace(/\0.*$/s, '');
  }
  return undefined;
}

/** Up to the first blank; a carriage return is part of the name, as for the kernel. */
function scriptInterpreter(head: Buffer): string | undefined {
  const line = head.toString('latin1', 0, MAX_SCRIPT_LINE_BYTES).split('\n')[0] ?? '';
  return /^#![ \t]*([^ \t\0]+)/.exec(line)?.[1];
}
