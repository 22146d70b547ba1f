import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Types } from 'mongoose';
import { readLogo } from '../../server/accounts/brand/read-logo.js';
import { saveLogo } from '../../server/accounts/brand/save-logo.js';
import { deliverMails } from '../../server/notifications/deliver-mails.js';
import { queueMail } from '../../server/notifications/queue-mail.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Logo } from '../../server/models/logo.js';
import { accentsOf, contrast, readColor } from '../../server/web/match-color.js';
import { createTestApp, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { chunk, jpeg, png } from '../support/pictures.js';
import { asApp } from '../support/scans.js';
import { startSmtp } from '../support/smtp.js';

const NOW = new Date('2026-11-20T18:00:00Z');

describe('a school’s color', () => {
  it('can be read on every page, light and dark, whatever was entered', () => {
    const grounds = { light: ['#ffffff', '#f4f7f7'], dark: ['#0f1719', '#172225'] };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const color = `#${number.toString(16).padStart(6, '0')}`;
        for (const [theme, { accent, strong, ink, tint }] of Object.entries(accentsOf(color))) {
          for (const ground of [...grounds[theme as 'light' | 'dark'], tint]) {
            assert.ok(contrast(accent, ground) >= 4.5, `${color}: ${accent} on ${ground}`);
            assert.ok(contrast(strong, ground) >= 4.5, `${color}: ${strong} on ${ground}`);
          }
          assert.ok(contrast(ink, accent) >= 4.5 && contrast(ink, strong) >= 4.5, `${color}: ${ink}`);
          // Text, notices and links that are soft stand on the tint, too.
          for (const other of theme === 'light' ? ['#142123', '#51626a', '#855000', '#b0241c'] : ['#e4ecec'])
            assert.ok(contrast(other, tint) >= 4.5, `${color}: ${other} on ${tint}`);
        }
      }),
      { examples: [[0xffff00], [0], [0xffffff], [0x0b5a5e], [0x808080]] },
    );
  });

  it('stays as it is where it can be read', () => {
    assert.equal(accentsOf('#0b5a5e').light.accent, '#0b5a5e');
    assert.equal(accentsOf('#67c9c6').dark.accent, '#67c9c6');
    assert.equal(readColor(' 0B5A5E '), '#0b5a5e');
    assert.equal(readColor('#06a'), '#0066aa');
    for (const none of ['', 'red', '#12345', '#1234567', 'url(x)', '#12345g'])
      assert.equal(readColor(none), undefined);
  });
});

describe('a logo', () => {
  it('is what is seen of a picture: comments, places and what hides behind its end are gone', async () => {
    const secret = chunk('tEXt', Buffer.from('Author\0Somebody'));
    const script = Buffer.from('<script>alert(1)</script>');
    const read = await readLogo(Buffer.concat([png(30, 20, { more: [secret] }), script]));
    assert.ok(read.ok);
    assert.deepEqual([read.picture.width, read.picture.height, read.picture.type], [30, 20, 'image/png']);
    assert.deepEqual(read.picture.data, png(30, 20));
    const other = await readLogo(Buffer.concat([jpeg(), script]));
    assert.ok(other.ok);
    assert.equal(other.picture.type, 'image/jpeg');
    assert.doesNotMatch(other.picture.data.toString('latin1'), /taken at home|script/);
    assert.ok((await readLogo(other.picture.data)).ok);
  });

  it('is no other file, nothing that unpacks to gigabytes, and nothing broken', async () => {
    const why = async (file: Buffer) => {
      const read = await readLogo(file);
      return read.ok ? 'fine' : read.reason;
    };
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>';
    assert.equal(await why(Buffer.from(svg)), 'no picture');
    assert.equal(await why(Buffer.from('GIF89a')), 'no picture');
    assert.equal(await why(Buffer.alloc(0)), 'no picture');
    assert.equal(await why(png(60_000, 60_000, { rows: 1 })), 'too many pixels');
    assert.equal(await why(png(3000, 1500, { rows: 1 })), 'too many pixels');
    assert.equal(await why(png(20, 20, { rows: 19 })), 'damaged');
    assert.equal(await why(png(20, 20, { rows: 100 })), 'damaged');
    assert.equal(await why(png(0, 20, { rows: 1 })), 'damaged');
    const whole = { png: png(20, 20), jpeg: jpeg() };
    for (const file of Object.values(whole))
      for (let length = 8; length < file.length; length++)
        assert.notEqual(await why(file.subarray(0, length)), 'fine', String(length));
    const spoilt = Buffer.from(whole.png);
    spoilt.writeUInt8(spoilt.readUInt8(50) ^ 1, 50);
    assert.equal(await why(spoilt), 'damaged');
  });

  it('whatever its bytes, is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, isPng) => {
        const start = isPng ? png(2, 2).subarray(0, 40) : jpeg().subarray(0, 60);
        await readLogo(Buffer.concat([start, bytes]));
      }),
    );
  });
});

describe('how a school looks to parents', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let visitor: Visitor;

  beforeEach(async () => {
    ({ test, account, visitor } = await startAs('administrator', NOW));
  });

  async function upload(file: Buffer | string, name = 'logo.png') {
    const page = await visitor.get('/global-setup/logo');
    const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const post = visitor.agent.post('/global-setup/logo').field('_csrf', token);
    return file === '' ? post.field('logo', '') : post.attach('logo', Buffer.from(file), name);
  }

  it('its logo stands on its pages and in its mails, and is served as a picture alone', async () => {
    const event = await makeEvent(account);
    assert.equal((await upload(png(60, 40))).status, 303);
    const { logo } = await Account.findById(account).orFail().lean();
    const address = `/brand/logos/${logo!.version}`;
    const page = await new Visitor(test.app).get(`/e/${event.link}`);
    assert.ok(page.text.includes(`src="${address}"`));
    const picture = await new Visitor(test.app).get(address);
    assert.equal(picture.headers['content-type'], 'image/png');
    assert.equal(picture.headers['content-security-policy'], "default-src 'none'; sandbox");
    assert.equal(picture.headers['x-content-type-options'], 'nosniff');
    assert.deepEqual(picture.body, png(60, 40));

    const smtp = await startSmtp();
    const mailing = createTestApp({ SMTP_URL: smtp.url, PUBLIC_URL: 'https://meet.example.org' });
    const text = 'Hello <b>Ana</b>,\n\nhttps://meet.example.org/e/x.';
    await queueMail(mailing.deps, {
      account,
      kind: 'news',
      to: 'ana@example.org',
      subject: 'News',
      text,
      key: 'k',
    });
    await asApp(() => deliverMails(mailing.deps, new AbortController().signal));
    await smtp.close();
    const source = smtp.mails[0]!.source.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
    assert.match(source, /<img src="cid:logo@slotbell" alt="Maple School" width="60" height="40">/);
    assert.match(source, /Hello &lt;b&gt;Ana&lt;\/b&gt;,/);
    assert.match(source, /<a href="https:\/\/meet\.example\.org\/e\/x">/);
    assert.match(source, /Content-Type: text\/plain/);

    assert.equal((await upload(png(61, 40))).status, 303);
    assert.equal(await Logo.countDocuments({}), 1, 'the one before is gone');
    assert.equal((await new Visitor(test.app).get(address)).status, 404);
    await visitor.post('/global-setup/logo/removal', {}, '/global-setup/logo');
    assert.equal(await Logo.countDocuments({}), 0);
    assert.equal((await Account.findById(account).orFail().lean()).logo, undefined);
    const entries = await AuditEntry.find({ action: 'change logo' }).sort({ _id: 1 }).lean();
    assert.deepEqual(
      entries.map(({ changes }) => [changes![0]!.before, changes![0]!.after]),
      [
        ['', '60 × 40'],
        ['60 × 40', '61 × 40'],
        ['61 × 40', ''],
      ],
    );
  });

  it('its picture is there, whoever changes the logo at the same time', async () => {
    const [one, other] = [png(60, 40), png(61, 40)].map((data, at) => {
      return { type: 'image/png' as const, width: 60 + at, height: 40, data };
    });
    const by = { account, user: account };
    for (let round = 0; round < 20; round++) {
      await saveLogo(test.deps, by, one!);
      await Promise.all([saveLogo(test.deps, by, other!), saveLogo(test.deps, by, one!)]);
      const { logo } = await Account.findById(account).orFail().lean();
      assert.ok(await Logo.exists({ _id: logo!.version }), `round ${String(round)}`);
    }
  });

  it('a file that is no logo is refused at its field, with what to do', async () => {
    for (const [file, says] of [
      ['<svg/>', /isn’t a PNG or JPEG picture/],
      ['', /Select the picture/],
      [png(5000, 5000, { rows: 1 }), /5000 × 5000 pixels/],
      [Buffer.alloc(500_001), /larger than 500 KB/],
    ] as const) {
      const answer = await upload(file);
      assert.equal(answer.status, 422);
      assert.match(answer.text, says);
    }
    assert.equal(await Logo.countDocuments({}), 0);
  });

  it('its color is used through one style sheet; what can’t be read is made readable, and the page says so', async () => {
    const event = await makeEvent(account);
    const form = { name: 'Maple School', timeZone: 'America/Chicago', locale: 'en-US' };
    await visitor.post('/global-setup', { ...form, color: 'FFE000' }, '/global-setup');
    assert.equal((await Account.findById(account).orFail().lean()).color, '#ffe000');
    assert.match(
      (await visitor.get('/global-setup')).text,
      /Pages show your color as #\w{6} on light pages, because #ffe000 is too light for white text/,
    );
    const page = await new Visitor(test.app).get(`/e/${event.link}`);
    assert.match(page.text, /href="\/brand\/colors\/ffe000\.css"/);
    const sheet = await new Visitor(test.app).get('/brand/colors/ffe000.css');
    assert.match(sheet.text, /--accent:#\w{6};--accent-strong/);
    assert.equal((await new Visitor(test.app).get('/brand/colors/red.css')).status, 404);
    const bad = await visitor.post('/global-setup', { ...form, color: 'url(//x)' }, '/global-setup');
    assert.equal(bad.status, 422);
    assert.match(bad.text, /Enter the color as # and six digits/);
  });
});
