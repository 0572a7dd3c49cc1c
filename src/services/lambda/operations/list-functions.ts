import type { FunctionConfiguration, ListFunctionsCommandInput, ListFunctionsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { invalidParameter } from '#functions/lambda-errors.ts';
import { toListedConfiguration } from '../function-configuration.ts';
import { MAX_PAGE, readMarker, writeMarker } from '../page.ts';

export interface ListFunctionsDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'list' | 'publishedVersions'>;
}

/** In the order of names; with FunctionVersion ALL each function's `$LATEST`, then its published versions. */
export function listFunctions(deps: ListFunctionsDependencies): Operation<ListFunctionsCommandInput, ListFunctionsResponse> {
  return (input, context) => {
    const all = input.FunctionVersion === 'ALL';
    if (input.MasterRegion !== undefined && !all) throw invalidParameter('FunctionVersion must be ALL when MasterRegion is specified.');
    const limit = Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE);
    const after = readPlace(input.Marker);
    // MasterRegion selects replicas of Lambda@Edge functions, of which there are none.
    if (input.MasterRegion !== undefined && input.MasterRegion !== 'ALL') return { Functions: [] };

    const { accountId } = context.caller;
    const found = all ? everyVersion() : everyFunction();
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      Functions: page.map((version): FunctionConfiguration => toListedConfiguration(version, all ? version.version : undefined)),
      ...(found.length > limit && last !== undefined && { NextMarker: writePlace(last) }),
    };

    /** One more than the page has, so that its end is known. */
    function everyFunction(): readonly FunctionVersion[] {
      return functionsAfter(after?.name).map(({ latest }) => latest);
    }

    function everyVersion(): readonly FunctionVersion[] {
      const begun = after === undefined ? undefined : deps.functions.find(accountId, context.region, after.name);
      const rest = begun === undefined ? [] : versionsOf(begun).filter(({ version }) => orderOf(version) > orderOf(after?.version));
      return [...rest, ...functionsAfter(after?.name).flatMap(versionsOf)];
    }

    function functionsAfter(name: string | undefined): readonly FunctionRecord[] {
      return deps.functions.list(accountId, context.region, { limit: limit + 1, ...(name !== undefined && { after: name }) });
    }
  };

  function versionsOf(record: FunctionRecord): readonly FunctionVersion[] {
    return [record.latest, ...deps.functions.publishedVersions(record)];
  }
}

/** The last entry of a page. No name has a colon in it. */
interface Place {
  readonly name: string;
  readonly version: string;
}

function writePlace({ name, version }: Place): string {
  return writeMarker(`${name}:${version}`);
}

function readPlace(marker: string | undefined): Place | undefined {
  const text = readMarker(marker);
  if (text === undefined) return undefined;
  const [name = '', version = '$LATEST'] = text.split(':');
  return { name, version };
}

function orderOf(version: string | undefined): number {
  return version === undefined || version === '$LATEST' ? 0 : Number(version);
}
