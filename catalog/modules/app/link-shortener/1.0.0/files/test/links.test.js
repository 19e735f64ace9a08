import assert from 'node:assert/strict';
import test from 'node:test';
import { buildApp } from '../src/app.js';
import { LinkStore, codeOf, parseTarget } from '../src/links.js';

test('a URL keeps its code', () => {
  assert.equal(codeOf('https://example.org/'), codeOf('https://example.org/'));
  assert.notEqual(codeOf('https://example.org/'), codeOf('https://example.org/a'));
});

test('only http and https are targets', () => {
  assert.equal(parseTarget('HTTPS://Example.org'), 'https://example.org/');
  assert.equal(parseTarget('javascript:alert(1)'), null);
  assert.equal(parseTarget(undefined), null);
});

test('a full store drops its oldest link', () => {
  const store = new LinkStore(2);
  const [first, second, third] = ['a', 'b', 'c'].map((name) => store.add(`https://${name}.test/`));
  assert.equal(store.find(first), undefined);
  assert.equal(store.find(second), 'https://b.test/');
  assert.equal(store.find(third), 'https://c.test/');
});

test('a link redirects to its target', async () => {
  const app = buildApp(new LinkStore());
  const made = await app.inject({
    method: 'POST', url: '/links', payload: { url: 'https://example.org/' },
  });
  assert.equal(made.statusCode, 201);
  const followed = await app.inject({ method: 'GET', url: made.json().path });
  assert.equal(followed.statusCode, 302);
  assert.equal(followed.headers.location, 'https://example.org/');
  await app.close();
});
