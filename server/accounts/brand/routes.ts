import express, { type Router } from 'express';
import { Logo } from '../../models/logo.js';
import { notFound } from '../../web/errors.js';
import { colorSheet, readColor } from '../../web/match-color.js';

/** An address contains a hash of its content, so another logo or color has another address. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

/** Logos and colors of schools, as their pages show them to everybody. */
export function brandRoutes(): Router {
  const router = express.Router();

  router.get('/brand/colors/:color', (req, res) => {
    const color = /^[0-9a-f]{6}\.css$/.test(req.params.color) && readColor(req.params.color.slice(0, 6));
    if (!color) throw notFound();
    res.type('css').set('Cache-Control', FOR_GOOD).send(colorSheet(color));
  });

  router.get('/brand/logos/:logo', async (req, res) => {
    const logo = /^[\w-]{43}$/.test(req.params.logo) ? await Logo.findById(req.params.logo).lean() : null;
    if (!logo) throw notFound();
    res.set({
      'Content-Type': logo.type,
      'Cache-Control': FOR_GOOD,
      'Content-Disposition': 'inline; filename="logo"',
      // Opened by itself, it is a picture in which nothing can run.
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    });
    // A lean query returns the driver's own kind of bytes.
    res.send(Buffer.from(logo.data.buffer));
  });
  return router;
}
