import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import express, { type Router } from 'express';
import { ROOT } from '../root.js';
import { iconSprite } from './icons.js';

/** The address of a static file, with a hash of its content so that browsers may keep it for good. */
export type AssetUrl = (file: string) => string;

const VENDOR: Record<string, string> = {
  '/assets/bootstrap.css': 'node_modules/bootstrap/dist/css/bootstrap.min.css',
  '/assets/bootstrap.rtl.css': 'node_modules/bootstrap/dist/css/bootstrap.rtl.min.css',
};

/** Static files: our own from `public/`, a few from packages, and the icons as one sprite. */
export function assets(): { router: Router; url: AssetUrl } {
  const router = express.Router();
  const sprite = iconSprite();
  const hashes = new Map<string, string>([['/assets/icons.svg', hash(sprite)]]);
  const kept = { maxAge: '1y', immutable: true } as const;

  router.get('/assets/icons.svg', (_req, res) => {
    res.type('svg').set('Cache-Control', 'public, max-age=31536000, immutable').send(sprite);
  });
  for (const [address, file] of Object.entries(VENDOR)) {
    router.get(address, (_req, res) => {
      res.sendFile(path.join(ROOT, file), kept);
    });
  }
  const files = express.static(path.join(ROOT, 'public'), { index: false, ...kept });
  router.use((req, res, next) => {
    // A page's address has no ending: the disk is not asked for a file of that name.
    if (path.extname(req.path)) files(req, res, next);
    else next();
  });

  const url: AssetUrl = (file) => {
    let known = hashes.get(file);
    if (!known) {
      known = hash(readFileSync(path.join(ROOT, VENDOR[file] ?? path.join('public', file))));
      hashes.set(file, known);
    }
    return `${file}?v=${known}`;
  };
  return { router, url };
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 10);
}
