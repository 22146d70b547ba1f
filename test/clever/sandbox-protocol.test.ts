import assert from 'node:assert/strict';
import request from 'supertest';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { PLENTY } from '../support/clever/loopback.js';

interface Page {
  data: { data: { id: string; type?: string }; uri: string }[];
  links: { rel: string; uri: string }[];
}

describe('the sandbox’s protocol', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ students: 60, rateLimit: PLENTY });
  });
  after(() => sandbox.close());

  const origin = () => new URL(sandbox.url).origin;
  const get = (path: string) => request(origin()).get(path).set('authorization', `Bearer ${sandbox.token}`);
  const page = async (path: string) => (await get(path).expect(200)).body as Page;
  const idsOf = ({ data }: Page) => data.map((entry) => entry.data.id);
  const link = ({ links }: Page, rel: string) => links.find((entry) => entry.rel === rel)?.uri;

  it('401 without the token, or with another one', async () => {
    await request(origin()).get('/v3.1/schools').expect(401, { message: 'unauthorized' });
    await request(origin()).get('/v3.1/schools').set('authorization', 'Bearer nope').expect(401);
  });

  it('limit: 100 unless told, 1 to 10,000; above 413, nonsense 400', async () => {
    assert.equal((await page('/v3.1/users')).data.length, 100);
    assert.equal((await page('/v3.1/users?limit=1')).data.length, 1);
    await get('/v3.1/users?limit=10000').expect(200);
    await get('/v3.1/users?limit=10001').expect(413);
    for (const limit of ['0', '-1', 'ten', '1.5', '']) await get(`/v3.1/users?limit=${limit}`).expect(400);
  });

  it('pages forwards and backwards in ascending order of ids, with links that carry version and query', async () => {
    const all = idsOf(await page('/v3.0/users?limit=10000&role=student'));
    assert.deepEqual(all, [...all].sort());
    const first = await page('/v3.0/users?role=student&limit=7');
    assert.equal(link(first, 'self'), '/v3.0/users?role=student&limit=7');
    assert.equal(link(first, 'next'), `/v3.0/users?role=student&limit=7&starting_after=${all[6] ?? ''}`);
    assert.equal(link(first, 'prev'), undefined);
    assert.equal(first.data[0]?.uri, `/v3.0/users/${all[0] ?? ''}`);
    const second = await page(link(first, 'next') ?? '');
    assert.deepEqual(idsOf(second), all.slice(7, 14));
    assert.deepEqual(idsOf(await page(link(second, 'prev') ?? '')), all.slice(0, 7));
    assert.deepEqual(idsOf(await page('/v3.0/users?role=student&ending_before=last&limit=2')), all.slice(-2));
  });

  it('a full last page has a `next` that leads to an empty page without one', async () => {
    const full = await page('/v3.1/schools?limit=4');
    const empty = await page(link(full, 'next') ?? '');
    assert.deepEqual([empty.data, link(empty, 'next')], [[], undefined]);
    assert.equal(link(await page('/v3.1/schools?limit=5'), 'next'), undefined);
  });

  it('refuses a cursor that names nothing, and two cursors at once', async () => {
    const id = sandbox.idOf('school', 0);
    await get(`/v3.1/schools?starting_after=${'0'.repeat(24)}`).expect(400);
    await get(`/v3.1/events?starting_after=${sandbox.idOf('event', 999)}`).expect(400);
    await get(`/v3.1/schools?starting_after=${id}&ending_before=${id}`).expect(400);
  });

  it('404 for unknown ids, paths, versions and types that v3 does not have', async () => {
    const school = sandbox.idOf('school', 0);
    for (const path of [
      `/v3.1/terms/${school}`,
      `/v3.1/schools/${'f'.repeat(24)}`,
      '/v3.1/contacts',
      '/v3.1/students',
      '/v2.1/schools',
      '/v3.2/schools',
      `/v3.1/schools/${school}/nothing`,
      `/v3.1/schools/${school}/users/x`,
    ]) {
      await get(path).expect(404);
    }
    await get('/v3.1/users?role=parent').expect(400);
  });

  it('gives single objects with links to what hangs below', async () => {
    const id = sandbox.idOf('student', 4);
    const { body } = await get(`/v3.1/users/${id}`).expect(200);
    assert.equal(body.data.id, id);
    assert.deepEqual(body.links[0], { rel: 'self', uri: `/v3.1/users/${id}` });
    assert.ok(body.links.some(({ rel }: { rel: string }) => rel === 'myContacts'));
  });

  it('serves every sub-route, consistent with the lists', async () => {
    const sections = (await page('/v3.1/sections?limit=10000')).data.map(
      ({ data }) =>
        data as {
          id: string;
          school?: string;
          students?: string[];
          teachers?: string[];
          term_id?: string;
          course?: string;
        },
    );
    const section = sections.find(
      ({ term_id, course, students = [] }) => term_id && course && students.length > 0,
    );
    assert.ok(section?.school && section.students && section.teachers && section.term_id && section.course);
    const [student = '', teacher = ''] = [section.students[0], section.teachers[0]];
    const with_ = (field: 'school' | 'term_id' | 'course', id: string) =>
      sections.filter((other) => other[field] === id).map(({ id: own }) => own);
    assert.deepEqual(
      idsOf(await page(`/v3.1/schools/${section.school}/sections?limit=999`)),
      with_('school', section.school),
    );
    assert.deepEqual(
      idsOf(await page(`/v3.1/terms/${section.term_id}/sections?limit=999`)),
      with_('term_id', section.term_id),
    );
    assert.deepEqual(
      idsOf(await page(`/v3.1/courses/${section.course}/sections?limit=999`)),
      with_('course', section.course),
    );
    assert.deepEqual(
      idsOf(await page(`/v3.1/sections/${section.id}/users`)),
      [...section.students, ...section.teachers].sort(),
    );
    assert.ok(idsOf(await page(`/v3.1/users/${student}/sections`)).includes(section.id));
    assert.ok(idsOf(await page(`/v3.1/users/${teacher}/sections`)).includes(section.id));
    assert.ok(idsOf(await page(`/v3.1/users/${student}/myTeachers`)).includes(teacher));
    assert.ok(idsOf(await page(`/v3.1/users/${teacher}/mystudents`)).includes(student));
    assert.ok(idsOf(await page(`/v3.1/schools/${section.school}/users?limit=999`)).includes(student));
    assert.ok(idsOf(await page(`/v3.1/schools/${section.school}/terms`)).includes(section.term_id));
    assert.ok(idsOf(await page(`/v3.1/schools/${section.school}/courses`)).includes(section.course));
    for (const [part, id] of [
      ['school', section.school],
      ['term', section.term_id],
      ['course', section.course],
      ['district', sandbox.districtId],
    ] as const) {
      assert.equal((await get(`/v3.1/sections/${section.id}/${part}`).expect(200)).body.data.id, id);
    }
  });

  it('contacts and students lead to each other', async () => {
    const family = sandbox.sampleFamily();
    assert.ok(family);
    const children = idsOf(await page(`/v3.1/users/${family.guardian.id}/mystudents`));
    assert.deepEqual(
      children,
      family.children.map(({ id }) => id),
    );
    for (const child of children)
      assert.ok(idsOf(await page(`/v3.1/users/${child}/mycontacts`)).includes(family.guardian.id));
  });

  it('events can be narrowed by record type and school', async () => {
    const student = sandbox.idOf('student', 2);
    sandbox.change(student, { email: 'a@students.example.org' });
    const school = (sandbox.read(student) as { roles: { student: { school: string } } }).roles.student.school;
    const types = async (query: string) =>
      (await page(`/v3.1/events?${query}`)).data.map(({ data }) => data.type);
    assert.deepEqual(await types('record_type=users'), ['users.updated']);
    assert.deepEqual(await types(`school=${school}`), ['users.updated']);
    assert.deepEqual(await types('record_type=terms'), []);
  });

  it('tokens: Basic authentication, the owner’s type, one district or all', async () => {
    const tokens = (query: string) =>
      request(origin()).get(`/oauth/tokens?${query}`).auth(sandbox.clientId, sandbox.clientSecret);
    const { body } = await tokens('owner_type=district').expect(200);
    assert.deepEqual([body.data[0].owner.id, body.data[0].access_token], [sandbox.districtId, sandbox.token]);
    assert.deepEqual((await tokens('owner_type=district&district=other').expect(200)).body.data, []);
    await tokens('owner_type=user').expect(400);
    await request(origin()).get('/oauth/tokens?owner_type=district').auth(sandbox.clientId, 'x').expect(401);
  });

  it('counts requests, tells what is left, and answers 429 with an empty body', async () => {
    const small = await startSandbox({ students: 20, rateLimit: { limit: 2, windowMs: 60_000 } });
    try {
      const ask = () => request(small.url).get('/terms').set('authorization', `Bearer ${small.token}`);
      const before = Date.now() / 1000;
      const { headers } = await ask().expect(200);
      const after = Date.now() / 1000;
      assert.deepEqual(
        [headers['x-ratelimit-bucket'], headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']],
        ['bearer', '2', '1'],
      );
      const reset = Number(headers['x-ratelimit-reset']);
      assert.ok(reset >= before + 60 && reset <= after + 61, String(reset));
      await ask().expect(200);
      assert.equal((await ask().expect(429)).text, '');
    } finally {
      await small.close();
    }
  });

  it('a kind that is no longer shared is 403 or empty as a list, and 404 one by one', async () => {
    const term = sandbox.idOf('term', 0);
    sandbox.share('term', '403');
    await get('/v3.1/terms').expect(403);
    await get(`/v3.1/terms/${term}`).expect(404);
    sandbox.share('term', 'empty');
    assert.deepEqual((await page('/v3.1/terms')).data, []);
    sandbox.share('term', 'shared');
    assert.equal((await page('/v3.1/terms')).data.length, 3);
    sandbox.share('contact', '403');
    await get('/v3.1/users?role=contact').expect(403);
    assert.ok(
      (await page('/v3.1/users?limit=10000')).data.every(({ uri }) => uri.startsWith('/v3.1/users/')),
    );
    sandbox.share('contact', 'shared');
  });
});
