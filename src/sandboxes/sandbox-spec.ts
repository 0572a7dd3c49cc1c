import type { SandboxSpec } from './sandbox.ts';

const ID = /^[A-Za-z0-9-]{1,64}$/;

/** @throws TypeError when a part of the specification cannot be passed on as it is */
export function checkSpec(spec: SandboxSpec): void {
  for (const id of [spec.id, spec.successorOf ?? spec.id])
    if (!ID.test(id)) throw new TypeError(`sandbox id ${JSON.stringify(id)}: letters, digits and dashes only`);
  if (spec.command.length === 0) throw new TypeError('a sandbox needs a command');
  const paths = [spec.workingDirectory, ...spec.mounts.flatMap(({ source, target }) => [source, target])];
  for (const path of paths) if (!path.startsWith('/')) throw new TypeError(`${JSON.stringify(path)} is not an absolute path`);
  for (const text of [...paths, ...spec.command]) refuseNul(text);
}

/**
 * The environment holds what users chose. A NUL would end the value for the kernel, and begin an option of its own for bwrap.
 * @throws TypeError
 */
export function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (name === '' || name.includes('=')) throw new TypeError(`${JSON.stringify(name)} cannot be the name of an environment variable`);
    refuseNul(name);
    refuseNul(value);
  }
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new TypeError('a sandbox specification holds a NUL character');
}
