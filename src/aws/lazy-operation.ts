import type { Operation } from './service.ts';

/** An operation whose module is loaded when it is first called. */
export function lazily<Input, Output>(load: () => Promise<Operation<Input, Output>>): Operation<Input, Output> {
  let loaded: Operation<Input, Output> | undefined;
  return async (input, context) => {
    loaded ??= await load();
    return loaded(input, context);
  };
}
