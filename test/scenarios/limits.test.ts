import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Account } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/** The limits of "Lambda quotas", met by functions from inside. Those of memory and CPU are in environment.test.ts. */

const SOURCE = `
import errno, os, resource, signal, threading, time

init_cpu = None
if os.environ.get("MEASURE"):
    start, used = time.monotonic(), time.process_time()
    while time.monotonic() - start < 0.5:
        pass
    init_cpu = (time.process_time() - used) / (time.monotonic() - start)

if os.environ.get("SLOW") and not os.path.exists("/tmp/slow"):
    open("/tmp/slow", "w").close()
    time.sleep(60)

def name_of(error):
    return errno.errorcode.get(error.errno)

def files(event):
    opened = []
    try:
        while len(opened) < 5000:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        return {"error": name_of(error), "highest": max(opened), "limit": resource.getrlimit(resource.RLIMIT_NOFILE)[0]}
    finally:
        for fd in opened:
            os.close(fd)

def threads(event):
    threading.stack_size(64 * 1024)
    over = threading.Event()
    started = 0
    try:
        while started < 5000:
            threading.Thread(target=over.wait, daemon=True).start()
            started += 1
        return {"started": started}
    except RuntimeError as error:
        return {"error": str(error), "started": started, "fork": fork_error()}
    finally:
        over.set()

def fork_error():
    try:
        os.fork()
    except OSError as error:
        return name_of(error)

def disk(event):
    with open("/tmp/full", "w") as file:
        try:
            for mb in range(event["mb"] + 1):
                os.posix_fallocate(file.fileno(), mb << 20, 1 << 20)
        except OSError as error:
            return {"mb": mb, "error": name_of(error)}
        finally:
            os.unlink("/tmp/full")

def write(event):
    def attempt(path):
        try:
            open(path, "w").close()
        except OSError as error:
            return name_of(error)
    return [attempt(path + "/new") for path in ("/var/task", "/var/runtime", "/opt", "/var/lang", "/tmp")]

def cpu(event):
    start, used = time.monotonic(), time.process_time()
    while time.monotonic() - start < 0.7:
        pass
    return {"init": init_cpu, "invoke": (time.process_time() - used) / (time.monotonic() - start)}

def large(event):
    return "x" * event["bytes"]

def kill(event):
    os.kill(os.getpid(), signal.SIGKILL)

def handler(event, context):
    return globals()[event["do"]](event)`;

const PYTHON = { runtime: 'python3.12', handler: 'index.handler', files: { 'index.py': SOURCE } } as const;

describe('limits of an execution environment', { skip: withoutIsolation(), concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    await account.deploy('limits', { ...PYTHON, memory: 512 });
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  test('1,024 file descriptors', async () => {
    assert.deepEqual(await account.result('limits', { do: 'files' }), { error: 'EMFILE', highest: 1023, limit: 1024 });
  });

  test('1,024 processes and threads', async () => {
    const seen = await account.result<{ readonly started: number; readonly error: string }>('limits', { do: 'threads' });
    const { started, ...errors } = seen;
    assert.deepEqual(errors, { error: "can't start new thread", fork: 'EAGAIN' });
    // The runtime's own are among them.
    assert.ok(started >= 1015 && started < 1024, `${started} threads`);
  });

  test('/tmp has the size of EphemeralStorage, whatever the memory', async () => {
    await account.deploy('large-disk', { ...PYTHON, memory: 128, more: { EphemeralStorage: { Size: 1024 } } });
    assert.deepEqual(await account.result('limits', { do: 'disk', mb: 512 }), { mb: 512, error: 'ENOSPC' });
    assert.deepEqual(await account.result('large-disk', { do: 'disk', mb: 1024 }), { mb: 1024, error: 'ENOSPC' });
  });

  test('nothing but /tmp can be written', async () => {
    assert.deepEqual(await account.result('limits', { do: 'write' }), ['EROFS', 'EROFS', 'EROFS', 'EROFS', null]);
  });

  test('a response of 6 MB and 100 bytes, and not one more', async () => {
    const most = 6_291_556;
    assert.equal((await account.result<string>('limits', { do: 'large', bytes: most - 2 })).length, most - 2);
    const { functionError, body, log } = await account.invoke('limits', { do: 'large', bytes: most - 1 });
    assert.equal(functionError, 'Unhandled');
    const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
    assert.equal(errorType, 'Function.ResponseSizeTooLarge');
    assert.equal(errorMessage, `Response payload size exceeded maximum allowed payload size (${most} bytes).`);
    assert.match(log, /REPORT RequestId: /);
  });

  test('a SIGKILL that is not for memory is an exit like others', async () => {
    const { body, log } = await account.invoke('limits', { do: 'kill' });
    const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
    assert.equal(errorType, 'Runtime.ExitError');
    assert.match(errorMessage, /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/);
    assert.doesNotMatch(log, /OutOfMemory/);
  });

  test('the init phase has more CPU than 128 MB buy', async () => {
    await account.deploy('boost', { ...PYTHON, memory: 128, more: { Environment: { Variables: { MEASURE: 'yes' } } } });
    const { init, invoke } = await account.result<{ readonly init: number; readonly invoke: number }>('boost', { do: 'cpu' });
    // Others may want the machine's CPUs, too.
    assert.ok(init > 2 * invoke && invoke < 0.2, `${init} of a CPU in the init phase, ${invoke} in the invocation`);
  });

  test('an init phase of more than 10 s is ended, and repeated within the first invocation, in the same /tmp', async () => {
    await account.deploy('slow', { ...PYTHON, timeout: 5, more: { Environment: { Variables: { SLOW: 'yes' } } } });
    const { functionError, body } = await account.invoke('slow', { do: 'large', bytes: 1 });
    assert.deepEqual([functionError, body], [undefined, 'x']);
    const messages = await account.messages('slow', 1);
    const init = messages.find((message) => message.startsWith('INIT_REPORT')) ?? assert.fail();
    assert.match(init, /^INIT_REPORT Init Duration: 10\d{3}\.\d\d ms\tPhase: init\tStatus: timeout/);
    const report = messages.find((message) => message.startsWith('REPORT')) ?? assert.fail();
    assert.doesNotMatch(report, /Init Duration/);
  });
});
