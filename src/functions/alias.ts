/** A name that leads to one version, or to two by weight. Kept in its function's record, under its name. */
export interface Alias {
  readonly name: string;
  /** `$LATEST` or the number of a published version. */
  readonly version: string;
  readonly description: string;
  readonly revisionId: string;
  /** The second version, and the share of requests it gets. Neither version is `$LATEST` then. */
  readonly routing?: AliasRouting;
}

export interface AliasRouting {
  readonly version: string;
  /** 0 to 1. */
  readonly weight: number;
}

/** The version that one request goes to. `chance` is drawn anew for each, from 0 up to but not including 1. */
export function chooseVersion(alias: Alias, chance: () => number): string {
  const { routing } = alias;
  return routing !== undefined && chance() < routing.weight ? routing.version : alias.version;
}

/** Whether the alias leads to that version, first or second. */
export function leadsTo(alias: Alias, version: string): boolean {
  return alias.version === version || alias.routing?.version === version;
}

/** Undefined when the function has no alias of that name. Names such as `constructor` are allowed. */
export function findAlias(owner: { readonly aliases?: Readonly<Record<string, Alias>> }, name: string): Alias | undefined {
  const { aliases } = owner;
  return aliases !== undefined && Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}
