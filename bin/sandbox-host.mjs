// Plain JavaScript, as main.mjs and for the same reasons. Started by the daemon, with the rights that it gives up itself.
import { existsSync } from 'node:fs';
import { enableCompileCache } from './compile-cache.mjs';

enableCompileCache();
const source = new URL('../src/sandbox-host/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/sandbox-host/main.js', import.meta.url).href);
