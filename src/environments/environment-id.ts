/** 32 lower-case hexadecimal digits; also the tail of the environment's log stream. */
export type EnvironmentId = string & { readonly __brand: 'EnvironmentId' };
