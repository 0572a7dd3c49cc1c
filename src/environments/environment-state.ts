import { unreachable } from '#base/invariant.ts';

/**
 * The life of one execution environment, as a pure function: what happened goes in, what to do comes out.
 *
 *     initialising ──ready──▶ idle ⇄ frozen
 *          │                    │invoke
 *          │                    ▼
 *          │                 running ──response / error──▶ finishing ──ready──▶ idle
 *          ▼                    │                              │
 *        dead ◀── init error, exit, deadline, stop ────────────┘
 *
 * The caller is answered when the runtime delivers; the environment takes the next invocation when the runtime asks for it.
 * Attempts fence: a message of another attempt than the running one is late and changes nothing.
 */
export type EnvironmentState =
  | { readonly name: 'initialising' }
  | { readonly name: 'idle' }
  | { readonly name: 'frozen' }
  | { readonly name: 'running'; readonly attempt: number }
  | { readonly name: 'finishing'; readonly attempt: number }
  | { readonly name: 'dead' };

export type EnvironmentEvent =
  | { readonly type: 'ready'; readonly attempt: number }
  | { readonly type: 'response'; readonly attempt: number; readonly ready: boolean }
  | { readonly type: 'error'; readonly attempt: number }
  | { readonly type: 'init-error' }
  | { readonly type: 'deadline'; readonly attempt: number }
  | { readonly type: 'exit' }
  | { readonly type: 'invoke'; readonly attempt: number }
  | { readonly type: 'quiet' }
  | { readonly type: 'stop' };

/**
 * `initialised`: the init phase succeeded. `send`: hand the event to the runtime. `thaw` comes before it when frozen. `answer`: the
 * caller gets what the runtime delivered. `settle`: the invocation is over, report it. `fail-init`, `time-out`, `crash` name why an
 * environment dies; `kill` ends its processes.
 */
export type Decision = 'initialised' | 'thaw' | 'send' | 'answer' | 'settle' | 'freeze' | 'fail-init' | 'time-out' | 'crash' | 'kill';

export interface Transition {
  readonly state: EnvironmentState;
  readonly decisions: readonly Decision[];
}

const DEAD: EnvironmentState = { name: 'dead' };
const IDLE: EnvironmentState = { name: 'idle' };
const FROZEN: EnvironmentState = { name: 'frozen' };

export const INITIAL_STATE: EnvironmentState = { name: 'initialising' };

export function transition(state: EnvironmentState, event: EnvironmentEvent): Transition {
  if (state.name === 'dead') return stay(state);
  switch (event.type) {
    case 'ready':
      if (state.name === 'initialising' && event.attempt === 0) return { state: IDLE, decisions: ['initialised'] };
      if (state.name === 'finishing' && event.attempt === state.attempt) return { state: IDLE, decisions: ['settle'] };
      return stay(state);
    case 'response':
      if (state.name !== 'running' || event.attempt !== state.attempt) return stay(state);
      if (event.ready) return { state: IDLE, decisions: ['answer', 'settle'] };
      return { state: { name: 'finishing', attempt: state.attempt }, decisions: ['answer'] };
    case 'error':
      if (state.name !== 'running' || event.attempt !== state.attempt) return stay(state);
      return { state: { name: 'finishing', attempt: state.attempt }, decisions: ['answer'] };
    case 'init-error':
      return state.name === 'initialising' ? { state: DEAD, decisions: ['fail-init', 'kill'] } : stay(state);
    case 'deadline':
      return onDeadline(state, event.attempt);
    case 'exit':
      return onExit(state);
    case 'invoke':
      if (state.name === 'idle') return { state: { name: 'running', attempt: event.attempt }, decisions: ['send'] };
      if (state.name === 'frozen') return { state: { name: 'running', attempt: event.attempt }, decisions: ['thaw', 'send'] };
      return stay(state);
    case 'quiet':
      return state.name === 'idle' ? { state: FROZEN, decisions: ['freeze'] } : stay(state);
    case 'stop':
      return onStop(state);
    default:
      return unreachable(event);
  }
}

function onDeadline(state: EnvironmentState, attempt: number): Transition {
  if (state.name === 'initialising' && attempt === 0) return { state: DEAD, decisions: ['fail-init', 'kill'] };
  if (state.name === 'running' && attempt === state.attempt) return { state: DEAD, decisions: ['time-out', 'kill'] };
  // Answered, but the runtime never asked again: the caller keeps its answer, the report says timeout.
  if (state.name === 'finishing' && attempt === state.attempt) return { state: DEAD, decisions: ['time-out', 'kill'] };
  return stay(state);
}

function onExit(state: EnvironmentState): Transition {
  switch (state.name) {
    case 'initialising':
      return { state: DEAD, decisions: ['fail-init', 'kill'] };
    case 'running':
      return { state: DEAD, decisions: ['crash', 'kill'] };
    case 'finishing':
      // A runtime that reported an error and then exited (Node after an uncaught exception) has been answered already.
      return { state: DEAD, decisions: ['settle', 'kill'] };
    case 'idle':
    case 'frozen':
      return { state: DEAD, decisions: ['kill'] };
    case 'dead':
      return stay(state);
    default:
      return unreachable(state);
  }
}

function onStop(state: EnvironmentState): Transition {
  if (state.name === 'initialising') return { state: DEAD, decisions: ['fail-init', 'kill'] };
  return { state: DEAD, decisions: state.name === 'running' || state.name === 'finishing' ? ['crash', 'kill'] : ['kill'] };
}

function stay(state: EnvironmentState): Transition {
  return { state, decisions: NONE };
}

const NONE: readonly Decision[] = [];
