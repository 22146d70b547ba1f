/** What a booking is measured against: Express and the driver, which take a slot by one command and answer a conflict with what is free. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { MongoClient } from 'mongodb';
import { serve, told } from './processes.js';
import type { RushTold } from './rush-app-process.js';

export interface BareCommands extends Record<string, (argument: never) => Promise<unknown>> {
  /** @returns its address */
  listen: () => Promise<string>;
  /** Of this process: user and system, in milliseconds. */
  cpu: () => Promise<number>;
}

interface BareSlot {
  _id: string;
  teacher: string;
  from: Date;
  family: string | null;
}

const { mongodbUri } = told() as RushTold;
const client = await MongoClient.connect(mongodbUri, { writeConcern: { w: 'majority', journal: true } });
const slots = client.db().collection<BareSlot>('rush_slot');
const app = express();
app.use(express.urlencoded({ extended: false }));
app.post('/take', async (req, res) => {
  const { slot = '', teacher = '', family = '' } = req.body as Record<string, string>;
  const taken = await slots.findOneAndUpdate({ _id: slot, family: null }, { $set: { family } });
  if (taken) {
    res.json({ booked: slot });
    return;
  }
  const free = await slots.find({ teacher, family: null }).sort({ from: 1 }).toArray();
  res.status(409).json(free.map(({ _id }) => _id));
});
const server = createServer(app);
server.keepAliveTimeout = 60_000;

const commands: BareCommands = {
  async listen() {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return Promise.resolve((user + system) / 1000);
  },
};

serve(commands, async () => {
  server.closeAllConnections();
  server.close();
  await client.close();
});
