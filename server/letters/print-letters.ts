import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { makeCodesAgain, type CodeOnPaper, type Printing } from '../contacts/codes/make-codes-again.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { placed } from '../web/place.js';
import { languageCalled, languageOf, styleIn, wordsOf } from '../web/words.js';
import { textOf } from './save-text.js';
import { renderPart } from '../web/render-part.js';
import { drawCode } from './draw-code.js';
import type { Addressee } from './list-students.js';
import type { LettersForm } from './schema.js';
import { joinLetters, writeLetter, type Letter, type LetterFrame } from './write-letter.js';

/** How many letters are made at once, in memory and in the database. */
const BATCH = 100;

interface Asked {
  frame: LetterFrame;
  rows: Addressee[];
  form: Pick<LettersForm, 'perSheet' | 'codes' | 'language'>;
  printing: Printing;
  /** The page from which it was requested. */
  back: string;
}

/** Answers with all letters as sheets of paper, part by part, so that their number does not matter. */
export async function printLetters(deps: Deps, res: Response, asked: Asked): Promise<void> {
  res.type('html');
  try {
    await pipeline(Readable.from(partsOf(deps, res, asked)), res);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* partsOf(deps: Deps, res: Response, asked: Asked): AsyncGenerator<string> {
  const { frame, rows, form } = asked;
  const sheets = sheetsOf(rows, form.perSheet);
  yield await renderPart(res, 'letters/print-top', {
    title: 'Print letters',
    section: 'events',
    back: asked.back,
    letters: rows.length,
    sheets: sheets.length,
    qr: drawCode(frame.link),
  });
  const language = languageCalled(form.language.split('+', 1)[0]);
  const words = wordsOf(language ? styleIn(language, frame.event) : frame.event);
  let number = 0;
  for (const batch of batchesOf(sheets)) {
    const letters = await lettersOf(deps, asked, batch.flat());
    let html = '';
    for (const sheet of batch) {
      number += 1;
      const [first] = sheet;
      html += await renderPart(res, 'letters/sheet', {
        perSheet: form.perSheet,
        letters: sheet.flatMap(({ student }) => letters.get(student.toHexString()) ?? []),
        school: frame.school,
        eventName: frame.event.name,
        held: [first?.className, first?.teacher].filter(Boolean).join(' · '),
        page: words('letters.page', { number, of: sheets.length }),
      });
    }
    yield html;
  }
  yield await renderPart(res, 'letters/print-bottom', {});
}

/** Sheets with this many letters; each class starts a new sheet, so that its letters can be handed out. */
export function sheetsOf<T extends Pick<Addressee, 'class'>>(rows: readonly T[], perSheet: number): T[][] {
  const sheets: T[][] = [];
  for (const row of rows) {
    const last = sheets.at(-1);
    if (last && last.length < perSheet && last[0]?.class.equals(row.class)) last.push(row);
    else sheets.push([row]);
  }
  return sheets;
}

function* batchesOf(sheets: Addressee[][]): Generator<Addressee[][]> {
  let batch: Addressee[][] = [];
  let count = 0;
  for (const sheet of sheets) {
    batch.push(sheet);
    count += sheet.length;
    if (count < BATCH) continue;
    yield batch;
    batch = [];
    count = 0;
  }
  if (batch.length > 0) yield batch;
}

async function lettersOf(
  deps: Deps,
  { frame, form, printing }: Asked,
  rows: Addressee[],
): Promise<Map<string, Letter>> {
  const students = await Contact.find(
    { _id: { $in: rows.map(({ student }) => student) }, account: printing.account, status: 'active' },
    { firstName: 1, lastName: 1, email: 1, schoolId: 1, numberKey: 1, code: 1 },
  ).lean();
  const readers = form.language.split('+').flatMap((code) => {
    const language = languageCalled(code);
    if (!language) return [];
    const event = placed(frame.event, styleIn(language, frame.event));
    // The letter in the school's own language is not what readers of another one get.
    const isOwn = language.code === languageOf(frame.event).code;
    return [{ frame: { ...frame, event }, text: isOwn ? textOf(event) : textOf(event, language) }];
  });
  const codes: Map<string, CodeOnPaper> =
    form.codes === 'none' ? new Map<string, CodeOnPaper>() : await makeCodesAgain(deps, printing, students);
  const known = new Map(students.map((student) => [student._id.toHexString(), student]));
  return new Map(
    rows.flatMap((row): [string, Letter][] => {
      const id = row.student.toHexString();
      const student = known.get(id);
      if (!student) return [];
      const paper = codes.get(id) ?? { code: '', why: 'earlier' };
      const letters = readers.map((reader) => writeLetter(reader.frame, reader.text, student, row, paper));
      return [[id, letters.reduce(joinLetters)]];
    }),
  );
}
