// Plain JavaScript, so that the compile cache is on before the first module of ours loads. Started by bin/hearth.
import { existsSync } from 'node:fs';
import { enableCompileCache } from './compile-cache.mjs';

enableCompileCache();
// A checkout runs its sources, whatever an earlier `npm pack` left in dist/. A published package has dist/ only, for Node strips no
// types below node_modules.
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
