import { withoutName } from './without-qualifier.ts';

/** How events that are invoked asynchronously are handled: how often and for how long they are tried, and where their results go. */
export interface EventInvokeConfig {
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  /** ARNs. */
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly lastModifiedMs: number;
}

interface Configured {
  /** By version number, alias or `$LATEST`. */
  readonly eventInvokeConfigs?: Readonly<Record<string, EventInvokeConfig>>;
}

/** Undefined when there is none for that version or alias. Names such as `constructor` are allowed. */
export function findEventInvokeConfig({ eventInvokeConfigs }: Configured, qualifier: string): EventInvokeConfig | undefined {
  return eventInvokeConfigs !== undefined && Object.hasOwn(eventInvokeConfigs, qualifier) ? eventInvokeConfigs[qualifier] : undefined;
}

export function withEventInvokeConfig<Owner extends Configured>(owner: Owner, qualifier: string, config: EventInvokeConfig): Owner {
  return { ...owner, eventInvokeConfigs: { ...withoutName(owner.eventInvokeConfigs ?? {}, qualifier), [qualifier]: config } };
}
