import assert from 'node:assert/strict';
import { createCleverClient, type CleverClient } from '../../server/clever/client.js';
import { readApprovedDistricts } from '../../server/clever/read-token.js';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { failureOf, PLENTY, readAll, serveLoopback } from '../support/clever/loopback.js';

describe('the Clever client with client id and secret', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ students: 40, rateLimit: PLENTY });
  });
  afterEach(() => sandbox.close());

  function client(change: { clientSecret?: string } = {}): CleverClient {
    const { url: apiUrl, tokensUrl, clientId, clientSecret, districtId } = sandbox;
    return createCleverClient({ apiUrl, tokensUrl, clientId, clientSecret, districtId, ...change });
  }
  const lookUps = () => sandbox.requests().filter((address) => address.startsWith('/oauth/tokens')).length;

  it('looks the token up once for many requests', async () => {
    const reader = client();
    await Promise.all([
      readAll(reader.pages('/schools')),
      readAll(reader.pages('/terms')),
      reader.district(),
    ]);
    assert.equal(lookUps(), 1);
  });

  it('reads the token again when it was changed, in the middle of a list', async () => {
    const reader = client();
    const seen: string[] = [];
    for await (const page of reader.pages('/users', { limit: '30', role: 'student' })) {
      if (seen.length === 0) sandbox.rotateToken();
      seen.push(...page.objects.map(({ id }) => id));
    }
    assert.equal(seen.length, 40);
    assert.equal(lookUps(), 2);
  });

  it('gives up when the token read again is the same, or is refused too', async () => {
    sandbox.misbehave({ match: /schools/, kind: '401', times: 2 });
    assert.equal((await failureOf(readAll(client().pages('/schools')))).kind, 'unauthorized');
    assert.equal(sandbox.requests().filter((address) => address.includes('/schools')).length, 1);
    assert.equal(lookUps(), 2);
  });

  it('never retries a wrong secret', async () => {
    const failure = await failureOf(client({ clientSecret: 'wrong' }).district());
    assert.equal(failure.kind, 'unauthorized');
    assert.match(failure.message, /Clever set-up page/);
    assert.equal(lookUps(), 1);
  });

  it('says that a district has not approved the application, and finds the token once it has', async () => {
    sandbox.approve(false);
    const reader = client();
    const failure = await failureOf(reader.district());
    assert.equal(failure.kind, 'not-approved');
    assert.match(failure.message, /24 to 36 hours/);
    assert.deepEqual(await readApprovedDistricts(sandbox), []);
    sandbox.approve(true);
    assert.equal((await reader.district()).id, sandbox.districtId);
    assert.deepEqual(await readApprovedDistricts(sandbox), [sandbox.districtId]);
    assert.deepEqual(await reader.readableDistricts(), [sandbox.districtId]);
  });

  it('never takes the token of another district, should the server ignore which was asked for', async () => {
    const entry = { owner: { type: 'district', id: sandbox.districtId }, access_token: sandbox.token };
    const server = await serveLoopback((_request, response) =>
      response.end(JSON.stringify({ data: [entry] })),
    );
    const { url: apiUrl, clientId, clientSecret } = sandbox;
    const districtId = 'f'.repeat(24);
    const reader = createCleverClient({
      apiUrl,
      tokensUrl: server.origin,
      clientId,
      clientSecret,
      districtId,
    });
    const failure = await failureOf(reader.district()).finally(server.close);
    assert.equal(failure.kind, 'not-approved');
    assert.deepEqual(sandbox.requests(), []);
  });

  it('refuses a pasted token that no header can hold, without sending it', async () => {
    const { url: apiUrl, tokensUrl } = sandbox;
    const reader = createCleverClient({ apiUrl, tokensUrl, token: 'abc\r\nx-evil: 1' });
    assert.equal((await failureOf(reader.district())).kind, 'unauthorized');
    assert.deepEqual(sandbox.requests(), []);
  });
});
