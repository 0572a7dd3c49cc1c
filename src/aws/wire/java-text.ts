import type { Shape } from './schema.ts';

/** How the values of a request read in AWS's validation messages, which are made by Java's `toString`. */
export function javaText(value: unknown, shape: Shape, number?: 'integer' | 'long' | 'float' | 'double'): string {
  if (value === null || value === undefined) return 'null';
  switch (shape.kind) {
    case 'list':
      return `[${(value as readonly unknown[]).map((item) => javaText(item, shape.member.shape, number)).join(', ')}]`;
    case 'map':
      return `{${Object.entries(value)
        .map(([key, item]) => `${key}=${javaText(item, shape.value.shape, number)}`)
        .join(', ')}}`;
    case 'structure':
      return `${shape.name}(${shape.members
        .map((member) => `${javaName(member.name)}=${javaText((value as Record<string, unknown>)[member.name], member.shape)}`)
        .join(', ')})`;
    case 'number':
      return javaNumber(value as number, number);
    case 'blob':
      // The bytes of a request are never repeated.
      return `java.nio.HeapByteBuffer[pos=0 lim=${(value as Uint8Array).length} cap=${(value as Uint8Array).length}]`;
    case 'timestamp':
      return (value as Date).toISOString();
    case 'string':
    case 'boolean':
    case 'document':
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

/** A double keeps its point: `2.0`. */
export function javaNumber(value: number, kind: 'integer' | 'long' | 'float' | 'double' | undefined): string {
  return (kind === 'double' || kind === 'float') && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** The Java property of a member: `FunctionName` is `functionName`. */
export function javaName(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}
