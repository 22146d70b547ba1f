import express, { type Router } from 'express';
import type { PassportStatic } from 'passport';
import type { ClearHouseholds } from './accounts/choose-password.js';
import { accountRoutes } from './accounts/routes.js';
import { accountSetupRoutes } from './accounts/global-setup/routes.js';
import { endAppointment } from './booking/end-appointment.js';
import { clearHouseholds } from './booking/clear-household.js';
import { bookingRoutes } from './parents/routes.js';
import { calendarRoutes } from './calendar/routes.js';
import { appointmentRoutes } from './appointments/routes.js';
import { classRoutes } from './classes/routes.js';
import { connectionRoutes } from './clever/connection/routes.js';
import { dataBrowserRoutes } from './clever/data-browser/routes.js';
import { contactRoutes } from './contacts/routes.js';
import type { Deps } from './deps.js';
import { deskRoutes } from './desk/routes.js';
import { drawRoutes } from './draw/routes.js';
import { drawSettings } from './draw/serve-settings.js';
import { entryRoutes } from './entry/routes.js';
import { eventRoutes } from './events/routes.js';
import { handmadeRoutes } from './handmade/routes.js';
import { teamRoutes } from './handmade/team/routes.js';
import { auditRoutes, eventAuditRoutes } from './history/routes.js';
import { keepForSchool, keepOfLost } from './families/keep-appointments.js';
import { viewingRoutes } from './families/viewing/routes.js';
import { eventFamilyRoutes, familyRoutes } from './families/routes.js';
import { householdRoutes } from './households/routes.js';
import { interpreterRoutes } from './interpreters/routes.js';
import { interpreterMeetings } from './interpreters/serve-meetings.js';
import { interpreterSettings } from './interpreters/serve-settings.js';
import { letterRoutes } from './letters/routes.js';
import { announceRoutes, mailingRoutes } from './mailings/routes.js';
import { messageRoutes, outboxRoutes } from './notifications/routes.js';
import { duplicateRoutes } from './duplicates/routes.js';
import { eventSyncRoutes } from './sync/tab/routes.js';
import { planningRoutes } from './planning/routes.js';
import { rehearsalRoutes } from './rehearsal/routes.js';
import { reportRoutes } from './reports/routes.js';
import { mappingRoutes } from './mapping/routes.js';
import { importerRoutes } from './importer/routes.js';
import { termRoutes } from './sync/terms/routes.js';
import { rosterFileRoutes } from './uploads/routes.js';
import { bulkRoutes } from './slots/bulk/routes.js';
import { daySheetRoutes } from './slots/day-sheet/routes.js';
import { overviewRoutes } from './overview/routes.js';
import { moveRoutes } from './moves/routes.js';
import { generatorRoutes } from './slots/generator/routes.js';
import { roomRoutes } from './slots/rooms/routes.js';
import { slotRoutes } from './slots/routes.js';
import { staffRoutes } from './staff/routes.js';
import { lineRoutes, waitlistRoutes } from './waitlist-pages/routes.js';
import { eventGuard, levelGuard, signedIn, staffGuard } from './web/guards.js';

/** Forms with a box for every teacher of a large district, or for every slot of one: they may have more fields than others. */
export const LONG_FORMS = [
  '',
  '/new',
  '/preview',
  '/changes',
  '/bulk',
  '/copy',
  '/rooms',
  '/:resource/changes',
].map((path) => `/events/:event/slots${path}`);

/**
 * The contents page: one line a feature. What stands above `signedIn` is open to everybody; below, to who is logged in,
 * with the guard that is named here or, for one event, inside the feature.
 */
export function routes(deps: Deps, passport: PassportStatic): Router {
  const router = express.Router();
  const clear: ClearHouseholds = (ours, user) => clearHouseholds(ours, user, keepForSchool);
  router.use(entryRoutes(deps, clear));
  router.use(accountRoutes(deps, passport, clear));
  router.use(calendarRoutes(deps));
  router.use(householdRoutes(deps));
  router.use(drawRoutes(deps), interpreterRoutes(deps), planningRoutes(deps));
  router.use(waitlistRoutes(deps));
  router.use(bookingRoutes(deps));

  router.use(signedIn);
  router.use('/global-setup', levelGuard('administrator'), accountSetupRoutes(deps));
  router.use('/global-setup/logins', levelGuard('administrator'), staffRoutes(deps));
  router.use('/global-setup/clever/mapping', levelGuard('administrator'), mappingRoutes(deps));
  router.use('/global-setup/clever', levelGuard('administrator'), connectionRoutes(deps));
  router.use('/global-setup/roster-files', levelGuard('administrator'), rosterFileRoutes(deps));
  router.use(
    '/global-setup/contacts',
    levelGuard('administrator'),
    contactRoutes(deps, endAppointment(deps)),
  );
  router.use('/global-setup/families', levelGuard('administrator'), familyRoutes(deps));
  router.use(
    '/global-setup/duplicates',
    levelGuard('administrator'),
    duplicateRoutes(deps, keepOfLost(deps)),
  );
  router.use('/global-setup/outbox', levelGuard('administrator'), outboxRoutes(deps));
  router.use('/global-setup/audit', levelGuard('administrator'), auditRoutes(deps));
  router.use('/data-browser', dataBrowserRoutes(deps));
  router.use('/events/:event/classes', eventGuard('event administrator'), classRoutes(deps));
  router.use('/events/:event/handmade', eventGuard('event administrator'), handmadeRoutes(deps));
  router.use('/events/:event/day-sheet/:slot/team', eventGuard('event administrator'), teamRoutes(deps));
  router.use('/importer', importerRoutes(deps));
  router.use('/events/:event/sync/terms', eventGuard('event administrator'), termRoutes(deps));
  router.use('/events/:event/sync', eventGuard('event administrator'), eventSyncRoutes(deps));
  router.use('/reports', reportRoutes(deps));
  router.use('/events/:event/messages', eventGuard('event administrator'), messageRoutes(deps));
  router.use('/events/:event/announce', eventGuard('event administrator'), announceRoutes(deps));
  router.use('/events/:event/mailings', eventGuard('event administrator'), mailingRoutes(deps));
  router.use('/events/:event/families', eventGuard('event administrator'), eventFamilyRoutes(deps));
  router.use('/events/:event/rehearsals', eventGuard('administrator'), rehearsalRoutes(deps));
  router.use('/events/:event/settings/draw', drawSettings(deps));
  router.use('/events/:event/settings/interpreters', interpreterSettings(deps));
  router.use('/events/:event/interpreters', interpreterMeetings(deps));
  router.use('/events/:event/waitlist', eventGuard('event administrator'), lineRoutes(deps));
  router.use('/events/:event/settings/audit', eventAuditRoutes(deps));
  router.use('/events/:event', letterRoutes(deps));
  router.use('/events/:event/as', viewingRoutes(deps));
  router.use('/events', staffGuard, eventRoutes(deps), overviewRoutes(deps));
  router.use(
    '/events',
    generatorRoutes(deps),
    bulkRoutes(deps),
    roomRoutes(deps),
    moveRoutes(deps),
    slotRoutes(deps),
    daySheetRoutes(deps),
    deskRoutes(deps),
    appointmentRoutes(deps),
  );
  return router;
}
