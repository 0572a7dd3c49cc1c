import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INITIAL_STATE, transition } from './environment-state.ts';
import type { Decision, EnvironmentEvent, EnvironmentState } from './environment-state.ts';

/** Plays events from the start; returns the state and all decisions in order. */
function play(...events: readonly EnvironmentEvent[]): { readonly state: EnvironmentState; readonly decisions: readonly Decision[] } {
  let state = INITIAL_STATE;
  const decisions: Decision[] = [];
  for (const event of events) {
    const next = transition(state, event);
    state = next.state;
    decisions.push(...next.decisions);
  }
  return { state, decisions };
}

const initialised: EnvironmentEvent = { type: 'ready', attempt: 0 };
const invoke = (attempt: number): EnvironmentEvent => ({ type: 'invoke', attempt });
const response = (attempt: number, ready = false): EnvironmentEvent => ({ type: 'response', attempt, ready });

test('a warm life: initialise, invoke, answer, settle, freeze, thaw', () => {
  const { state, decisions } = play(
    initialised,
    invoke(1),
    response(1),
    { type: 'ready', attempt: 1 },
    { type: 'quiet' },
    invoke(2),
    response(2, true),
  );
  assert.deepEqual(decisions, ['initialised', 'send', 'answer', 'settle', 'freeze', 'thaw', 'send', 'answer', 'settle']);
  assert.deepEqual(state, { name: 'idle' });
});

test('a late message of another attempt changes nothing', () => {
  for (const late of [
    response(1),
    { type: 'error', attempt: 1 },
    { type: 'deadline', attempt: 1 },
    { type: 'ready', attempt: 1 },
  ] as const) {
    const { state, decisions } = play(initialised, invoke(1), response(1, true), invoke(2), late);
    assert.deepEqual(state, { name: 'running', attempt: 2 });
    assert.deepEqual(decisions, ['initialised', 'send', 'answer', 'settle', 'send']);
  }
});

test('a second response to the same invocation is ignored', () => {
  assert.deepEqual(play(initialised, invoke(1), response(1), response(1)).decisions, ['initialised', 'send', 'answer']);
});

test('the deadline of the running invocation times it out and kills', () => {
  const { state, decisions } = play(initialised, invoke(1), { type: 'deadline', attempt: 1 });
  assert.deepEqual(decisions, ['initialised', 'send', 'time-out', 'kill']);
  assert.deepEqual(state, { name: 'dead' });
});

test('the deadline still counts after the answer, until the runtime is ready', () => {
  assert.deepEqual(play(initialised, invoke(1), response(1), { type: 'deadline', attempt: 1 }).decisions.slice(-2), ['time-out', 'kill']);
});

test('an exit is a crash while running, the end of an answered invocation, and no news when idle', () => {
  assert.deepEqual(play(initialised, invoke(1), { type: 'exit' }).decisions.slice(2), ['crash', 'kill']);
  assert.deepEqual(play(initialised, invoke(1), { type: 'error', attempt: 1 }, { type: 'exit' }).decisions.slice(2), [
    'answer',
    'settle',
    'kill',
  ]);
  assert.deepEqual(play(initialised, { type: 'exit' }).decisions.slice(1), ['kill']);
});

test('the init phase fails by error, exit or deadline, once', () => {
  for (const failure of [{ type: 'init-error' }, { type: 'exit' }, { type: 'deadline', attempt: 0 }] as const) {
    const { state, decisions } = play(failure, { type: 'exit' }, initialised);
    assert.deepEqual(decisions, ['fail-init', 'kill']);
    assert.deepEqual(state, { name: 'dead' });
  }
});

test('an idle or initialising environment takes no answer, and only an idle one an invocation', () => {
  assert.deepEqual(play(invoke(1)).state, INITIAL_STATE);
  assert.deepEqual(play(response(0)).state, INITIAL_STATE);
  assert.deepEqual(play(initialised, invoke(1), invoke(2)).state, { name: 'running', attempt: 1 });
});

test('stopping answers what runs as a crash, and fails an init phase', () => {
  assert.deepEqual(play({ type: 'stop' }, { type: 'exit' }).decisions, ['fail-init', 'kill']);
  assert.deepEqual(play(initialised, invoke(1), { type: 'stop' }).decisions.slice(2), ['crash', 'kill']);
  assert.deepEqual(play(initialised, { type: 'stop' }).decisions.slice(1), ['kill']);
  assert.deepEqual(play(initialised, { type: 'stop' }, { type: 'stop' }).decisions.slice(1), ['kill']);
});
