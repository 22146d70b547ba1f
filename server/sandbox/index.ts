import { parseArgs } from 'node:util';
import { startSandbox } from './start-sandbox.js';

/** Runs the sandbox by itself: `node index.js --students 200000 --port 4100 --seed 7`. Ends on SIGINT and SIGTERM. */
const { values } = parseArgs({
  options: { students: { type: 'string' }, port: { type: 'string' }, seed: { type: 'string' } },
});

const sandbox = await startSandbox({
  students: Number(values.students ?? 1800),
  port: Number(values.port ?? 0),
  seed: Number(values.seed ?? 1),
});
const { url, tokensUrl, districtId, token, clientId, clientSecret } = sandbox;
process.stdout.write(`CLEVER_API_URL=${url}\nCLEVER_TOKENS_URL=${tokensUrl}\n`);
process.stdout.write(
  `district ${districtId}\ntoken ${token}\nclient id ${clientId}\nclient secret ${clientSecret}\n`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
