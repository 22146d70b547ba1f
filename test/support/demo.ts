import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from '../../server/root.js';
import { codeOf, LOADER } from './code.js';
import { freePort } from './free-port.js';

export interface RunningDemo {
  url: string;
  /** The parents' link. */
  link: string;
  logins: Record<'administrator' | 'front desk' | 'parent', { email: string; password: string }>;
  process: ChildProcess;
  /** Asks it to stop, as Ctrl-C does, and waits until it has. @returns its exit code */
  stop(): Promise<number | null>;
}

/** `npm run demo -- --hostile` as a process of its own, with what it printed; its data lies in `folder`. */
export async function startDemoProcess(folder: string): Promise<RunningDemo> {
  const port = String(await freePort());
  const child = spawn(process.execPath, [...LOADER, codeOf('server/demo/index'), '--hostile'], {
    cwd: ROOT,
    env: { ...process.env, MONGODB_URI: '', DEMO_DIR: folder, PORT: port, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const logins: Partial<RunningDemo['logins']> = {};
  let url = '';
  let link = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    url ||= /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
    link ||= /http:\S+\/e\/\S+/.exec(line)?.[0] ?? '';
    const login = /^\s*(Administrator|Front desk|Parent)\s+(\S+@\S+)\s+(\S+)/.exec(line);
    if (login) {
      const [, who = '', email = '', password = ''] = login;
      logins[who.toLowerCase() as 'parent'] = { email, password };
    }
    if (line.includes('Ctrl-C')) break;
  }
  child.stdout.resume();
  const { administrator, parent, 'front desk': desk } = logins;
  if (!url || !administrator || !parent || !desk) throw new Error(`the demo did not start:\n${said}`);
  return {
    url,
    link,
    logins: { administrator, parent, 'front desk': desk },
    process: child,
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}
