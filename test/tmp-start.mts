import { startDemoProcess } from '/work/wt/minor/test/support/demo.js';
import { launchBrowser, openPage } from '/work/wt/minor/test/support/browser.js';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const folder = '/tmp/minor-shots'; mkdirSync(folder, { recursive: true });
const child = spawn(process.execPath, ['--import', 'tsx', 'server/demo/index.ts'], { cwd: '/work/wt/minor', env: { ...process.env, MONGODB_URI: '', DEMO_DIR: '/tmp/wt-data-minor', PORT: '4711', LOG_LEVEL: 'error' }, stdio: ['ignore', 'pipe', 'inherit'] });
const out: Record<string, string> = {};
let url = '', link = '';
for await (const line of createInterface({ input: child.stdout })) {
  console.log(line);
  url ||= /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
  link ||= /http:\S+\/e\/\S+/.exec(line)?.[0] ?? '';
  const login = /^\s*(Administrator|Front desk|Parent)\s+(\S+@\S+)\s+(\S+)/.exec(line);
  if (login) out[login[1]] = `${login[2]} ${login[3]}`;
  if (line.includes('Ctrl-C')) break;
}
child.stdout.resume();
writeFileSync(`${folder}/demo.json`, JSON.stringify({ url, link, out, pid: child.pid }));
console.log('ready', child.pid);
