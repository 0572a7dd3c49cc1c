/** Writes `docs/parity.md`. Run it when operations or parameters of the Lambda API are added: `node scripts/generate-parity.ts` */
import { writeFileSync } from 'node:fs';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import { readServiceModel } from '#aws/wire/schema.ts';
import { parityPage } from '../src/services/lambda/parity-page.ts';

const model = readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda'));
writeFileSync(new URL('../docs/parity.md', import.meta.url), parityPage(model));
