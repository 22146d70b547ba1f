import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type supertest from 'supertest';
import { Account, type FileFormat } from '../../../server/models/account.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { RosterUpload } from '../../../server/models/roster-upload.js';
import type { User } from '../../../server/models/user.js';
import { applyRefresh } from '../../../server/review/run/apply-run.js';
import { runRoster } from '../../../server/sync/runs/run-roster.js';
import { startFilePreview } from '../../../server/uploads/start-preview.js';
import type { ReadFiles } from '../../../server/uploads/read-in-child.js';
import { readPieces } from '../../../server/uploads/read-pieces.js';
import { readUpload } from '../../../server/uploads/read-upload.js';
import type { Deps } from '../../../server/deps.js';
import type { Actor } from '../../../server/web/actor.js';
import { actorIn } from '../../../server/accounts/load-actor.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { asApp } from '../scans.js';
import { inShort, type Contents } from './files.js';

/** What uploads of the school at hand are read with. */
let deps: Deps | undefined;

/** Reads in this process: a process of its own for every small file would take longer than all else. */
const readHere: ReadFiles = async (order, place, signal) => {
  signal.throwIfAborted();
  return readPieces(order, place);
};

/** Reads, as the worker does, whatever uploads wait. */
export async function readWaiting(): Promise<void> {
  if (!deps) throw new Error('No school is open.');
  const of = deps;
  const waiting = await RosterUpload.find({ state: 'reading', stored: true }, { _id: 1 })
    .sort({ createdAt: 1 })
    .lean();
  for (const { _id } of waiting)
    await asApp(() => readUpload(of, _id.toHexString(), new AbortController().signal, readHere));
}

export const HOME = '/global-setup/roster-files';

/** A school account with its administrator, and an app with a DATA_DIR of its own. */
export interface FileSchool {
  test: TestApp;
  account: Account;
  administrator: User;
  office: Visitor;
  actor(): Promise<Actor>;
  /** Names in DATA_DIR/tmp. */
  leftOnDisk(): Promise<string[]>;
  /** The same, once what belongs to an answer is deleted. */
  leftInTheEnd(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openSchool(format?: FileFormat): Promise<FileSchool> {
  await emptyDatabase();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slotbell-file-school-'));
  const test = createTestApp({ DATA_DIR: dataDir });
  deps = test.deps;
  const account = await makeAccount();
  if (format) await turnOn(account, format);
  const administrator = await makeUser(account._id, 'administrator');
  const office = await new Visitor(test.app).logIn(administrator);
  const leftOnDisk = () => readdir(path.join(dataDir, 'tmp')).catch((): string[] => []);
  return {
    test,
    account,
    administrator,
    office,
    actor: async () => actorIn(administrator, await Account.findById(account._id).orFail().lean()),
    leftOnDisk,
    async leftInTheEnd() {
      let left = await leftOnDisk();
      for (let look = 0; left.length > 0 && look < 2000; look += 1) left = await leftOnDisk();
      return left;
    },
    close: () => rm(dataDir, { recursive: true, force: true }),
  };
}

export async function turnOn({ _id }: Account, format: FileFormat): Promise<void> {
  await Account.updateOne(
    { _id },
    { $set: { files: { on: true, format, since: new Date() }, recordsOf: format } },
  );
}

export async function tokenOn(visitor: Visitor, page = HOME): Promise<string> {
  const { text } = await visitor.get(page);
  return /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** Posts files as the form does, and lets them be read. @param token of the form; '' leaves it out */
export async function upload(
  visitor: Visitor,
  contents: Contents,
  token?: string,
): Promise<supertest.Response> {
  const sent = token ?? (await tokenOn(visitor));
  const request = visitor.agent.post(`${HOME}/uploads`);
  if (sent) void request.field('_csrf', sent);
  for (const [name, content] of Object.entries(contents))
    void request.attach('files', Buffer.from(content), name);
  const answer = await request;
  if (answer.status === 303) await readWaiting();
  return answer;
}

/**
 * Uploads, previews and applies.
 * @returns what is told, as `line field: code name=value …`, after the state if that is not `ready`
 */
export async function take(school: FileSchool, contents: Contents): Promise<string[]> {
  const { deps: of } = school.test;
  const answer = await upload(school.office, contents);
  assert.equal(answer.status, 303, answer.text);
  const { _id, state, problems } = await RosterUpload.findOne().sort({ _id: -1 }).orFail().lean();
  const told = problems.map(inShort);
  if (state !== 'ready') return [state, ...told];
  const preview = await startFilePreview(of, await school.actor(), _id);
  assert.ok(preview.ok);
  const run = (id: { toHexString(): string }) =>
    asApp(() => runRoster(of, id.toHexString(), new AbortController().signal));
  await run(preview.run);
  const previewed = await RosterRun.findById(preview.run).orFail().lean();
  const applied = await applyRefresh(of, previewed, school.administrator._id);
  assert.ok(applied.ok);
  await run(applied.run);
  return told;
}
