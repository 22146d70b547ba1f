import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface ReceivedMail {
  to: string;
  /** Headers and body as they came, CRLF turned to LF and soft line breaks of quoted-printable joined. */
  source: string;
  messageId: string;
}

/**
 * What the server does at a step, in place of its usual answer: a line to answer, `hang` (no answer) or `drop` (the connection is cut).
 * Steps: `CONNECT`, each command line as it came, and `END OF DATA`.
 */
export type Misbehaviour = (step: string) => string | undefined;

export interface SmtpServer {
  /** For SMTP_URL. */
  url: string;
  /** The same with short waits, so that a hang is over soon. */
  hastyUrl: string;
  port: number;
  /** Every mail whose text arrived, whatever was answered to it. */
  mails: ReceivedMail[];
  connections: number;
  misbehave: Misbehaviour;
  /** How long a mail's text has no answer. */
  delayMs: number;
  /** Waits until so many mails have arrived. */
  arrived(count: number): Promise<void>;
  /** Waits until whoever was connected has left: then nothing more arrives. */
  left(): Promise<void>;
  /** Cuts every connection. */
  cut(): void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/** A mail server on loopback that takes what it is given and can be told to refuse, hang or drop. RFC 5321's least. */
export async function startSmtp(port = 0): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const untilSo = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    const tell = (): void => {
      for (const look of waiting) look();
    };
    socket
      .on('close', () => {
        sockets.delete(socket);
        tell();
      })
      .on('error', () => undefined);
    smtp.connections++;
    talk(socket, smtp, tell);
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const at = (listener.address() as AddressInfo).port;
  const smtp: SmtpServer = {
    url: `smtp://127.0.0.1:${at}?socketCloseTimeout=0`,
    hastyUrl: `smtp://127.0.0.1:${at}?socketCloseTimeout=0&greetingTimeout=300&socketTimeout=300`,
    port: at,
    mails: [],
    connections: 0,
    misbehave: () => undefined,
    delayMs: 0,
    arrived: (count) => untilSo(() => smtp.mails.length >= count),
    left: () => untilSo(() => sockets.size === 0),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      smtp.cut();
      listener.close();
      await once(listener, 'close');
    },
  };
  return smtp;
}

/** One conversation. */
function talk(socket: Socket, smtp: SmtpServer, noteArrival: () => void): void {
  let buffer = '';
  let to = '';
  let inData = false;
  const answer = (step: string, usual: string): void => {
    const line = smtp.misbehave(step) ?? usual;
    if (line === 'drop') socket.destroy();
    else if (line !== 'hang' && socket.writable) socket.write(`${line}\r\n`);
  };
  const take = (source: string): void => {
    const [head = '', ...body] = source.replace(/\r\n/g, '\n').split('\n\n');
    const text = [head, ...body.map((part) => part.replace(/=\n/g, ''))].join('\n\n');
    smtp.mails.push({ to, source: text, messageId: /^Message-ID:\s+(.*)$/im.exec(text)?.[1] ?? '' });
    if (smtp.delayMs > 0) setTimeout(() => answer('END OF DATA', '250 taken'), smtp.delayMs);
    else answer('END OF DATA', '250 taken');
    noteArrival();
  };
  const obey = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') to = /<(.*)>/.exec(line)?.[1] ?? '';
    if (verb === 'DATA') answer(line, '354 go on');
    else if (verb === 'QUIT') socket.end('221 bye\r\n');
    else answer(line, '250 fine');
    inData = verb === 'DATA' && !socket.destroyed;
  };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    buffer += chunk;
    for (;;) {
      const end = inData ? '\r\n.\r\n' : '\r\n';
      const at = buffer.indexOf(end);
      if (at < 0) return;
      const part = buffer.slice(0, at);
      buffer = buffer.slice(at + end.length);
      if (inData) {
        inData = false;
        take(part);
      } else obey(part);
    }
  });
  answer('CONNECT', '220 test');
}
