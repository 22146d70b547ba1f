// Makes one Excel file in a thread of its own: for a large event that takes seconds, in which the process must answer others.
// Gets { labels, rows } until { done }, answers with the file's bytes.
import { parentPort, workerData } from 'node:worker_threads';
import writeExcelFile from 'write-excel-file/node';

const { title, labels } = workerData;
const WIDEST = 48;
const NARROWEST = 9;

const widths = labels.map((label) => label.length);
const data = [labels.map((value) => ({ value, type: String, fontWeight: 'bold' }))];

/** A text is marked as one, so that it stays a text for whoever edits it; days and times are numbers with a format. */
function cellOf(value) {
  if (value === '') return null;
  if (typeof value === 'string') return { value, type: String, format: '@' };
  if (typeof value === 'number') return { value, type: Number };
  return { value: value.serial, type: Number, format: value.format };
}

parentPort.on('message', async ({ rows, done }) => {
  for (const row of rows ?? []) {
    data.push(row.map(cellOf));
    row.forEach((value, index) => {
      const length = typeof value === 'string' ? value.length : NARROWEST;
      widths[index] = Math.max(widths[index], length);
    });
  }
  if (!done) return;
  const columns = widths.map((width) => ({ width: Math.min(WIDEST, Math.max(NARROWEST, width + 2)) }));
  const file = await writeExcelFile(data, { sheet: title, columns, stickyRowsCount: 1 }).toBuffer();
  parentPort.postMessage(file);
  parentPort.close();
});
