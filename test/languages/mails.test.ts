import assert from 'node:assert/strict';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { compose } from '../../server/notifications/send-mail.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

describe('mails to somebody who reads Spanish', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
    await makeUser(desk.fair.account._id, 'administrator');
  });

  const mailOf = async (kind: string) => {
    const mail = await Notification.findOne({ kind }).lean();
    assert.ok(mail, kind);
    return mail;
  };

  it('confirm, move and cancel a meeting in their words, with the day as they write it', async () => {
    const { visitor, user } = await desk.parentOf(0);
    await User.updateOne({ _id: user._id }, { language: 'es' });
    const path = await desk.book(visitor, 0, 1);
    const booked = await mailOf('appointment booked');
    assert.match(booked.subject, /^Cita reservada: Mrs Lee, martes, 24 de noviembre de 2026, 5:10–5:20/);
    assert.match(booked.text, /^Hola, Kim Lopez:\n\nSu cita en .* está reservada\./);
    assert.match(booked.text, /Cuándo: martes, 24 de noviembre de 2026.*hora central/);
    assert.match(
      booked.text,
      /Véala, cámbiela o cancélela aquí:[\s\S]*¿Tiene preguntas\? Llame a la oficina/,
    );
    assert.ok(!/Your meeting|Questions|Teacher:|When:/.test(booked.text));
    const { html, text } = compose(Object.assign(booked, { mayUnsubscribe: true }), {
      publicUrl: 'http://localhost:3000',
      mailFrom: 'a@school.example',
      appSecret: 'x'.repeat(40),
    });
    assert.match(html, /<html lang="es" dir="ltr">/);
    assert.match(html, /Abrir la página[\s\S]*Cancelar la suscripción/);
    assert.match(text, /Usted recibe recordatorios y anuncios/);
    await visitor.post(`${path}/cancel`, {}, `${path}/cancel`);
    assert.match((await mailOf('appointment cancelled')).text, /está cancelada, como usted lo pidió/);
  });

  it('confirm an address in the language in which somebody registered, which stays theirs', async () => {
    const visitor = new Visitor(desk.test.app);
    visitor.agent.set('Accept-Language', 'es');
    const fields = { name: 'Rosa Díaz', email: 'rosa@example.org', password: 'tres palabras largas' };
    await visitor.post(`${desk.home}/register`, fields, `${desk.home}/register`);
    const mail = await mailOf('prove e-mail');
    assert.match(mail.subject, /confirme su correo para reservar$/);
    assert.match(mail.text, /^Hola:\n\nPor favor, confirme/);
    assert.equal(mail.language, 'es');
    assert.equal((await User.findOne({ email: fields.email }).lean())?.language, 'es');
  });

  it('are in Spanish for a login from before there was a choice, whose browser reads Spanish, like the pages', async () => {
    const { visitor } = await desk.parentOf(0);
    visitor.agent.set('Accept-Language', 'es');
    await desk.book(visitor, 0, 1);
    const mail = await mailOf('appointment booked');
    assert.match(mail.subject, /^Cita reservada: /);
    assert.equal(mail.language, 'es');
  });
});
