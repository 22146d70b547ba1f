import { parseArgs } from 'node:util';
import path from 'node:path';
import { ROOT } from '../root.js';
import { runCheck } from './run-check.js';
import { runDemo } from './run-demo.js';
import type { DemoOptions } from './start-demo.js';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    'clever-url': { type: 'string' },
    token: { type: 'string' },
    hostile: { type: 'boolean', default: false },
  },
});

const url = values['clever-url'];
if ((url === undefined) !== (values.token === undefined)) {
  console.error(
    '--clever-url and --token go together: npm run demo -- --check --clever-url URL --token TOKEN',
  );
  process.exit(2);
}
const options: DemoOptions = {
  port: Number(process.env.PORT ?? 3000),
  folder: process.env.DEMO_DIR ?? path.join(ROOT, 'data', 'demo'),
  hostile: values.hostile,
  ...(url !== undefined && values.token !== undefined && { clever: { url, token: values.token } }),
};

if (values.check) process.exit((await runCheck(options)) ? 0 : 1);
await runDemo(options);
