import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { MemoryBlobStore } from '#storage/memory/memory-blob-store.ts';
import { CodeUrls } from './code-url.ts';

const START_MS = Date.UTC(2026, 10, 20, 10);

async function withBlob(): Promise<{ urls: CodeUrls; digest: string; link: URL; later: (ms: number) => void }> {
  const blobs = new MemoryBlobStore();
  const { digest } = await blobs.put(Buffer.from('zip bytes'));
  let nowMs = START_MS;
  const urls = new CodeUrls({ secret: 'secret', clock: { ...systemClock, wallMs: () => nowMs }, blobs });
  return { urls, digest, link: new URL(urls.sign('http://127.0.0.1:4566', digest)), later: (ms) => (nowMs += ms) };
}

const query = (link: URL): string => link.search.slice(1);

suite('CodeUrls', () => {
  test('a link downloads the package for ten minutes', async () => {
    const { urls, link, later } = await withBlob();
    assert.equal(link.origin, 'http://127.0.0.1:4566');
    later(599_999);
    const answer = await urls.download(link.pathname, query(link));
    assert.deepEqual([answer.status, answer.headers], [200, { 'content-type': 'application/zip', 'content-length': '9' }]);
    assert.ok(typeof answer.body === 'object' && Symbol.asyncIterator in answer.body);
    assert.equal((await buffer(answer.body)).toString(), 'zip bytes');
    later(1);
    const late = await urls.download(link.pathname, query(link));
    assert.equal(late.status, 403);
    assert.ok(typeof late.body === 'string');
    assert.match(late.body, /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/);
  });

  test('a link that was changed, or made with another secret, opens nothing', async () => {
    const { urls, link, digest } = await withBlob();
    const expires = Number(link.searchParams.get('expires'));
    const signature = link.searchParams.get('signature');
    const forged: readonly (readonly [string, string])[] = [
      [link.pathname, `expires=${expires + 1}&signature=${signature}`],
      [link.pathname, `expires=${expires}&signature=${'0'.repeat(64)}`],
      [link.pathname, `expires=${expires}&signature=ä`],
      [link.pathname, `expires=${expires}`],
      [link.pathname, `expires=x&signature=${signature}`],
      [link.pathname, ''],
      [link.pathname.replace(digest, 'b'.repeat(64)), query(link)],
      ['/_hearth/code/../../etc/passwd', query(link)],
    ];
    for (const [path, text] of forged) {
      assert.deepEqual(urls.verify(path, text), { verdict: 'invalid' }, `${path}?${text}`);
      assert.equal((await urls.download(path, text)).status, 403);
    }
    const other = new CodeUrls({ secret: 'other', clock: systemClock, blobs: new MemoryBlobStore() });
    assert.deepEqual(other.verify(link.pathname, query(link)), { verdict: 'invalid' });
  });

  test('a package that is gone answers 404', async () => {
    const { urls } = await withBlob();
    const link = new URL(urls.sign('http://h', 'c'.repeat(64)));
    assert.equal((await urls.download(link.pathname, query(link))).status, 404);
  });
});
