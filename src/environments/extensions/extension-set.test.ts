import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ExtensionSet } from './extension-set.ts';

function refusal(errorType: string, message?: string): object {
  return { name: 'ExtensionRefusal', errorType, ...(message !== undefined && { message }) };
}

const states = (set: ExtensionSet): readonly string[] => set.records().map(({ name, state }) => `${name} ${state}`);

suite('ExtensionSet: registration', () => {
  test('the runtime may start when every external extension has registered, whatever internal ones do', () => {
    const set = new ExtensionSet(['a', 'b']);
    set.register('a', ['INVOKE', 'SHUTDOWN'], '1');
    set.register('inside', ['INVOKE'], '2');
    assert.equal(set.allRegistered, false);
    set.register('b', [], '3');
    assert.equal(set.allRegistered, true);
    assert.deepEqual(states(set), ['a Registered', 'b Registered', 'inside Registered']);
  });

  test('is refused without a name, twice, for unknown events, for SHUTDOWN inside the runtime, and beyond ten', () => {
    const set = new ExtensionSet(['a']);
    assert.throws(() => set.register('', [], '1'), refusal('Extension.InvalidExtensionName', 'Empty extension name'));
    assert.throws(() => set.register('a', ['RESTORE'], '1'), refusal('Extension.InvalidEventType'));
    assert.throws(
      () => set.register('inside', ['SHUTDOWN'], '1'),
      refusal('Extension.InvalidEventType', 'SHUTDOWN: ShutdownEventNotSupportedForInternalExtension'),
    );
    assert.equal(set.size, 1);
    set.register('a', [], '1');
    assert.throws(
      () => set.register('a', [], '2'),
      refusal(
        'Extension.InvalidExtensionState',
        'State transition from Registered to Registered failed for extension 1. Error: State transition is not allowed',
      ),
    );
    for (let count = 1; count < 10; count++) set.register(`inside-${count}`, [], `i${count}`);
    assert.throws(() => set.register('inside-1', [], 'x'), refusal('Extension.InvalidExtensionState'));
    assert.throws(() => set.register('inside-10', [], 'x'), refusal('Extension.TooManyExtensions'));
  });

  test('is over with the init phase', () => {
    const set = new ExtensionSet();
    set.closeRegistration();
    assert.throws(() => set.register('inside', [], '1'), refusal('Extension.RegistrationClosed'));
  });
});

suite('ExtensionSet: events', () => {
  test('all are ready when each has asked; an event makes busy those that subscribed to it', () => {
    const set = new ExtensionSet(['a', 'b']);
    set.register('a', ['INVOKE'], '1');
    set.register('b', ['SHUTDOWN'], '2');
    set.poll('1');
    assert.equal(set.allReady, false);
    set.poll('1');
    set.poll('2');
    assert.equal(set.allReady, true);
    assert.deepEqual(
      set.begin('INVOKE').map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(states(set), ['a Running', 'b Ready']);
    assert.equal(set.allReady, false);
    set.poll('1');
    assert.equal(set.allReady, true);
  });

  test('SHUTDOWN reaches those that are busy, too; an event that waited makes busy again', () => {
    const set = new ExtensionSet(['a', 'b']);
    for (const [name, id] of [
      ['a', '1'],
      ['b', '2'],
    ] as const) {
      set.register(name, ['INVOKE', 'SHUTDOWN'], id);
      set.poll(id);
    }
    set.begin('INVOKE');
    set.poll('2');
    assert.deepEqual(
      set.begin('SHUTDOWN').map(({ name }) => name),
      ['a', 'b'],
    );
    set.poll('1');
    assert.equal(set.allReady, false);
    set.poll('2');
    assert.equal(set.allReady, true);
    set.resume('1');
    assert.equal(set.allReady, false);
  });

  test('an unknown identifier is refused', () => {
    const set = new ExtensionSet(['a']);
    const unknown = refusal('Extension.UnknownExtensionIdentifier', 'Unknown extension 9');
    for (const ask of [() => set.poll('9'), () => set.find('9'), () => set.initError('9', 'E'), () => set.exitError('9', 'E')]) {
      assert.throws(ask, unknown);
    }
  });
});

suite('ExtensionSet: failures', () => {
  test('an end that nobody asked for is a crash, before and after registration', () => {
    const set = new ExtensionSet(['a']);
    assert.deepEqual(set.exited('a', { text: 'exit code 0' }), { errorType: 'Extension.Crash', reason: 'exit code 0' });
    assert.deepEqual(set.records(), [{ name: 'a', state: 'Exited', events: [], errorType: 'Extension.Crash' }]);
    assert.equal(set.exited('nobody', { text: 'exit code 0' }), undefined);
  });

  test('one that cannot be run is a launch error; after registration the same status is a crash', () => {
    const set = new ExtensionSet(['a', 'b']);
    const end = { text: 'exit status 126', notStarted: 'PermissionDenied' } as const;
    assert.deepEqual(set.exited('a', end), { errorType: 'Extension.LaunchError', reason: 'PermissionDenied' });
    assert.deepEqual(set.records()[0], { name: 'a', state: 'LaunchError', events: [], errorType: 'PermissionDenied' });
    set.register('b', [], '2');
    assert.deepEqual(set.exited('b', end), { errorType: 'Extension.Crash', reason: 'exit status 126' });
  });

  test('an error that it reported is the cause, and its end then none of its own', () => {
    const set = new ExtensionSet(['a', 'b']);
    set.register('a', ['INVOKE'], '1');
    set.register('b', ['INVOKE'], '2');
    assert.deepEqual(set.initError('1', 'Demo.Config'), { errorType: 'Extension.InitError', reason: 'Demo.Config' });
    set.poll('2');
    assert.throws(() => set.initError('2', 'Demo.Late'), refusal('Extension.InvalidExtensionState'));
    assert.deepEqual(set.exitError('2', 'Demo.GaveUp'), { errorType: 'Extension.ExitError', reason: 'Demo.GaveUp' });
    assert.equal(set.exited('a', { text: 'exit status 1' }), undefined);
    assert.deepEqual(set.records()[1], { name: 'b', state: 'ExitError', events: ['INVOKE'], errorType: 'Demo.GaveUp' });
  });
});
