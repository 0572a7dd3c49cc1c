import type { PublishLayerVersionCommandInput, PublishLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { CodeStorage } from '#functions/code-storage.ts';
import { formatLastModified } from '#functions/function-state.ts';
import { invalidParameter } from '#functions/lambda-errors.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import type { CodeSource } from '../code-source.ts';
import type { CodeUrls } from '../code-url.ts';
import { toLayerVersionAnswer } from '../layer-answers.ts';
import { ownLayer } from '../layer-target.ts';
import { refuseUnsupported } from '../refused-parameters.ts';

export interface PublishLayerVersionDependencies {
  readonly layers: Pick<LayerRepository, 'publish'>;
  readonly codeSource: Pick<CodeSource, 'store'>;
  readonly codeStorage: Pick<CodeStorage, 'check'>;
  readonly codeUrls: Pick<CodeUrls, 'sign'>;
  readonly clock: Clock;
}

/** Stores a package as the layer's next version; the first one makes the layer. Numbers of deleted versions do not come back. */
export function publishLayerVersion(
  deps: PublishLayerVersionDependencies,
): Operation<PublishLayerVersionCommandInput, PublishLayerVersionResponse> {
  return async (input, context) => {
    refuseUnsupported('PublishLayerVersion', input);
    const layer = ownLayer('PublishLayerVersion', input, context);
    const code = await deps.codeSource.store(input.Content ?? {}, context);
    if (code === undefined) throw invalidParameter('Please provide a source for layer content.');
    deps.codeStorage.check(layer, code.sizeBytes);
    const { CompatibleRuntimes, CompatibleArchitectures, LicenseInfo } = input;
    const published = await deps.layers.publish(layer, {
      description: input.Description ?? '',
      createdDate: formatLastModified(deps.clock.wallMs()),
      code,
      ...(CompatibleRuntimes !== undefined && { compatibleRuntimes: [...CompatibleRuntimes] }),
      ...(CompatibleArchitectures !== undefined && { compatibleArchitectures: [...CompatibleArchitectures] }),
      ...(LicenseInfo !== undefined && { licenseInfo: LicenseInfo }),
    });
    return toLayerVersionAnswer(published, context, deps.codeUrls);
  };
}
