// Records over plain HTTP on the sample application: the statuses and bodies of the blueprint API.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request } from '../support/http.mjs';
import { Suite } from '../support/suite.mjs';

let suite;
let base;
before(async () => {
  suite = await Suite.start();
  [base] = suite.urls;
});
after(() => suite?.stop());

test('a record is created, read, found by criteria, changed and destroyed', async () => {
  const began = Date.now();
  const created = await request('POST', `${base}/user`, { name: 'Ann', email: 'ann@example.com', age: 30 });
  assert.equal(created.status, 200);
  assert.deepEqual(Object.keys(created.json), ['pets', 'createdAt', 'updatedAt', 'id', 'name', 'email', 'age']);
  assert.ok(created.json.createdAt >= began && created.json.createdAt <= Date.now());
  const { id } = created.json;
  assert.equal(typeof id, 'number');

  const read = await request('GET', `${base}/user/${id}`);
  assert.equal(read.status, 200);
  assert.deepEqual(read.json, created.json);

  const where = encodeURIComponent(JSON.stringify({ age: { '>': 29 }, name: { startsWith: 'A' } }));
  const found = await request('GET', `${base}/user?where=${where}`);
  assert.deepEqual(found.json, [created.json]);
  assert.deepEqual((await request('GET', `${base}/user?name=Nobody`)).json, []);

  const changed = await request('PATCH', `${base}/user/${id}`, { age: 31 });
  assert.equal(changed.status, 200);
  assert.equal(changed.json.age, 31);
  assert.ok(changed.json.updatedAt >= created.json.updatedAt);

  const destroyed = await request('DELETE', `${base}/user/${id}`);
  assert.equal(destroyed.status, 200);
  assert.equal(destroyed.json.age, 31);
  const gone = await request('GET', `${base}/user/${id}`);
  assert.equal(gone.status, 404);
  assert.equal(gone.text, 'Not Found');
});

test('associations are populated, to one and to many', async () => {
  const owner = (await request('POST', `${base}/user`, { name: 'Bob', email: 'bob@example.com' })).json;
  const pet = (await request('POST', `${base}/pet`, { name: 'Rex', kind: 'dog', owner: owner.id })).json;
  assert.equal(pet.owner.name, 'Bob');
  assert.deepEqual(pet.tags, []);
  const tag = (await request('POST', `${base}/tag`, { label: 'brave' })).json;

  const added = await request('PUT', `${base}/pet/${pet.id}/tags/${tag.id}`);
  assert.equal(added.status, 200);
  assert.deepEqual(added.json.tags.map((each) => each.label), ['brave']);

  const pets = await request('GET', `${base}/user/${owner.id}/pets`);
  assert.deepEqual(pets.json.map((each) => [each.id, each.name, each.owner?.id ?? each.owner]), [[pet.id, 'Rex', owner.id]]);
  assert.deepEqual((await request('GET', `${base}/user/${owner.id}`)).json.pets.map((each) => each.id), [pet.id]);
  assert.equal((await request('GET', `${base}/user/${owner.id}?populate=false`)).json.pets, undefined);

  const removed = await request('DELETE', `${base}/pet/${pet.id}/tags/${tag.id}`);
  assert.deepEqual(removed.json.tags, []);

  const replaced = await request('PUT', `${base}/user/${owner.id}/pets`, []);
  assert.deepEqual(replaced.json.pets, []);
  assert.equal((await request('GET', `${base}/pet/${pet.id}`)).json.owner, null);
});

test('a refused value is answered with 400 and says why', async () => {
  const missing = await request('POST', `${base}/user`, { age: 3 });
  assert.equal(missing.status, 400);
  assert.equal(missing.json.code, 'E_INVALID_NEW_RECORD');
  assert.match(missing.json.details, /name/);

  await request('POST', `${base}/user`, { name: 'Cy', email: 'cy@example.com' });
  const twice = await request('POST', `${base}/user`, { name: 'Cy', email: 'cy@example.com' });
  assert.equal(twice.status, 400);
  assert.equal(twice.json.code, 'E_UNIQUE');
  assert.deepEqual(twice.json.attrNames, ['email']);
});

test('what does not exist is 404 as text', async () => {
  for (const path of ['/user/999999', '/nothing', '/user/1/nothing']) {
    const answer = await request('GET', base + path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.text, 'Not Found', path);
  }
});

test('an unchanged answer is 304 for the client that names its ETag', async () => {
  const first = await request('GET', `${base}/tag?label=none`);
  const etag = first.headers.etag;
  assert.match(etag, /^W\/"/);
  const again = await request('GET', `${base}/tag?label=none`, undefined, { 'If-None-Match': etag });
  assert.equal(again.status, 304);
  assert.equal(again.text, '');
});

test('many requests at once are all answered', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => request('GET', `${base}/tag?limit=1`)));
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
});
